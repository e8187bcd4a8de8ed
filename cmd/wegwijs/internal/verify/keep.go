package verify

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/mail"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

// A Kept says that a row could not be reached, so that what was known of it
// before goes on to count.
type Kept struct {
	Server mail.Server
	Date   tomlfile.Date // of the earlier check; zero when there was none
}

// In returns that in a language.
func (k Kept) In(lang diag.Lang) string {
	if k.Date.IsZero() {
		return diag.Sayf(lang, "%s could not be reached, and was never checked before: nothing is recorded", name(k.Server))
	}
	return diag.Sayf(lang, "%s could not be reached: the check of %s stays", name(k.Server), k.Date)
}

// Keep returns what is known after a run: the report's outcomes, and for rows
// that could not be reached what old says, in kept once each. Rows that are
// not in the report are dropped. Rows that share a server hold only together, and so do the servers of all domains
// for a row whose host holds [mail.EmailDomain].
// Old stays as it is; it may be nil.
func Keep(old *mail.Checked, r *Report) (now *mail.Checked, kept []Kept) {
	now = &mail.Checked{}
	outcomes := map[string]Outcome{}
	for i := range r.Rows {
		key := mail.RowKey(r.Rows[i].record())
		outcomes[key] = max(outcomes[key], r.Rows[i].Outcome())
	}
	seen := map[string]bool{}
	for i := range r.Rows {
		row := &r.Rows[i]
		key := mail.RowKey(row.record())
		if row.Outcome() != outcomes[key] || seen[key] {
			continue
		}
		seen[key] = true
		switch outcomes[key] {
		case Unreachable:
			was, ok := old.Row(key)
			if ok {
				now.Set(key, was)
			}
			kept = append(kept, Kept{row.record(), was.Date})
		case DoesNotHold:
			now.Set(key, mail.Check{Date: r.Date, Said: row.grouped()[0].said()})
		default:
			now.Set(key, mail.Check{Date: r.Date, Holds: true})
		}
	}
	return now, kept
}

// said is a problem in one line, with the server's words.
func (p *Problem) said() string {
	if p.Said == "" {
		return clean(p.Msg)
	}
	return clean(fmt.Sprintf("%s: %q", p.Msg, p.Said))
}

// Save writes [mail.CheckedFile] in the folder dir, the site root: whole or
// not at all, and only when its bytes differ. It reports whether it wrote.
func Save(dir string, c *mail.Checked) (written bool, err error) {
	data := c.Encode()
	path := filepath.Join(dir, mail.CheckedFile)
	if was, err := os.ReadFile(path); err == nil && bytes.Equal(was, data) {
		return false, nil
	}
	f, err := os.CreateTemp(dir, mail.CheckedFile+"-*")
	if err != nil {
		return false, diag.Errorf("write %s: %w", mail.CheckedFile, err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return false, diag.Errorf("write %s: %w", mail.CheckedFile, err)
	}
	return true, nil
}
