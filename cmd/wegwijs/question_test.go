//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

// TestQuestionEnds makes sure that a question comes back when the program is
// told to stop, though nobody answers.
func TestQuestionEnds(t *testing.T) {
	in, keyboard, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer keyboard.Close()
	was := os.Stdin
	os.Stdin = in
	defer func() { os.Stdin = was }()
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, stop)
	e := &env{stderr: &bytes.Buffer{}}
	back := make(chan error, 1)
	go func() {
		_, err := e.ask(ctx, "Go on? ")
		back <- err
	}()
	select {
	case err := <-back:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("still waiting for an answer")
	}
	// Nothing is asked once the program is to stop.
	if _, err := e.ask(ctx, "Go on? "); !errors.Is(err, context.Canceled) {
		t.Errorf("asked all the same: %v", err)
	}
}
