package diag

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// A spokenError is an error whose text can still be translated.
type spokenError struct {
	format string
	args   []any
	text   string // in English
	causes []error
}

// Errorf returns an error as fmt.Errorf does, with the same text, whose Dutch
// [ErrorIn] knows. The format must be a constant: it is the key of the
// translation.
func Errorf(format string, args ...any) error {
	if false {
		_ = fmt.Errorf(format, args...) // so that vet checks the arguments
	}
	e := &spokenError{format: format, args: args}
	for i, verb := range slices.Collect(verbs(format)) {
		if verb == "%w" && i < len(args) {
			if err, ok := args[i].(error); ok {
				e.causes = append(e.causes, err)
			}
		}
	}
	e.text = e.in(English)
	return e
}

func (e *spokenError) Error() string { return e.text }

func (e *spokenError) Unwrap() []error { return e.causes }

// in returns the text in a language.
func (e *spokenError) in(lang Lang) string { return Sayf(lang, e.format, e.args...) }

// ErrorIn returns the text of an error in a language: that of [Errorf] and
// [Say], of what the system says most, and of those within another error. Other
// texts stay as they are. An error of another type can say its own, by a method
// In(Lang) string.
func ErrorIn(lang Lang, err error) string {
	if e, ok := err.(*spokenError); ok {
		return e.in(lang)
	}
	if e, ok := err.(interface{ In(lang Lang) string }); ok {
		return e.In(lang)
	}
	text := err.Error()
	var causes []error
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		causes = e.Unwrap()
	case interface{ Unwrap() error }:
		causes = []error{e.Unwrap()}
	}
	for _, cause := range causes {
		if cause == nil {
			continue
		}
		text = strings.Replace(text, cause.Error(), ErrorIn(lang, cause), 1)
	}
	if len(causes) == 0 {
		text = In(lang, system(err, text))
	}
	return text
}

// system returns what is said of an error of the operating system, text for
// others.
func system(err error, text string) string {
	for _, known := range []struct {
		err  error
		says string
	}{
		{fs.ErrNotExist, Say("no such file or directory")},
		{fs.ErrPermission, Say("permission denied")},
		{syscall.ENOSPC, Say("no space left on device")},
		{syscall.ECONNREFUSED, Say("connection refused")},
		{syscall.ENOTDIR, Say("not a directory")},
		{syscall.EISDIR, Say("is a directory")},
		{syscall.EROFS, Say("read-only file system")},
	} {
		if errors.Is(err, known.err) {
			return known.says
		}
	}
	return text
}
