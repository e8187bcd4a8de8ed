package links

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// A kept is the file with earlier answers.
type kept struct {
	Version int               `json:"version"` // of its form; now 1
	Answers map[string]answer `json:"answers"` // by address
}

// readCache returns the answers of earlier runs. A file that cannot be read is as
// good as none: it only saves questions.
func readCache(file string) map[string]answer {
	if file == "" {
		return nil
	}
	data, err := os.ReadFile(file)
	var k kept
	if err != nil || json.Unmarshal(data, &k) != nil || k.Version != 1 {
		return nil
	}
	return k.Answers
}

// writeCache keeps the answers that are young, those of other sites too.
func writeCache(file string, old, now map[string]answer, at time.Time) error {
	if file == "" {
		return nil
	}
	k := kept{Version: 1, Answers: map[string]answer{}}
	for _, answers := range []map[string]answer{old, now} {
		for address, a := range answers {
			if a.young(at) {
				k.Answers[address] = a
			}
		}
	}
	data, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	t, err := os.CreateTemp(filepath.Dir(file), "links-*")
	if err != nil {
		return err
	}
	defer os.Remove(t.Name()) // which is gone once it was renamed
	_, err = t.Write(data)
	if e := t.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(t.Name(), file)
}
