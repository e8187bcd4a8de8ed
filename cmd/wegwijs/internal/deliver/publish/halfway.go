package publish

import (
	"context"
	"errors"
	"fmt"

	"wegwijs/cmd/wegwijs/internal/deliver/publish/release"
	"wegwijs/cmd/wegwijs/internal/diag"
)

// A HalfwayError is a failure before the release is what readers get. The same
// command goes on from there.
type HalfwayError struct {
	Err  error
	Left diag.Said // what readers have, and what to do
}

func (e *HalfwayError) Error() string { return e.Said().String() }

// Said returns the text for people.
func (e *HalfwayError) Said() diag.Said {
	return diag.SaidError(e.Err) + "\n\t" + e.Left
}

func (e *HalfwayError) Unwrap() error { return e.Err }

// halfway says what became of readers, unless that is someone else's by now.
func halfway(ctx context.Context, err error, left diag.Said) error {
	if err = because(ctx, err); errors.Is(err, release.ErrLost) {
		return err
	}
	return &HalfwayError{err, left}
}

// because says why a context ended, where an error came of that.
func because(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case err == nil || cause == nil || errors.Is(err, cause):
		return err
	case errors.Is(err, context.Canceled): // says less, and reads as if the user had stopped it
		return cause
	}
	return fmt.Errorf("%w (%w)", cause, err)
}
