package release

import (
	"errors"
	"fmt"
	"time"
)

// An Owner is who wants to change a target.
type Owner struct {
	User  string
	Host  string
	Space string // in which PID counts, where a host has several, as containers make them; "" where it has one
	PID   int
	Alive func(pid int) bool // whether a process of this host still runs; nil: not known, taken as yes
}

// By gives the owner as user@host.
func (o Owner) By() string { return o.User + "@" + o.Host }

// A Lock says who is changing a target.
type Lock struct {
	Token   string    `json:"token"` // tells two runs of one owner apart
	By      string    `json:"by"`    // user@host
	Host    string    `json:"host"`
	Space   string    `json:"space,omitempty"` // see Owner.Space
	PID     int       `json:"pid"`
	Action  string    `json:"action"`
	Release string    `json:"release"`
	Since   time.Time `json:"since"`

	// Quiet is how long ago the holder last gave a sign of life, by the
	// target's own clock; 0 when that was not asked.
	Quiet time.Duration `json:"-"`
}

// Beat is how often a holder gives a sign of life.
const Beat = 10 * time.Second

// Lapse is the silence after which a lock counts for nothing: many beats, so
// that a slow network or a sleeping laptop lid does not end a publish.
const Lapse = 5 * time.Minute

// Dead reports whether the lock's holder is surely gone: it ran on this host
// and does not any more, or it has been silent for longer than [Lapse]. One
// that has not even written its name does that at once or never.
func (l *Lock) Dead(o Owner) bool {
	if l.Quiet > Lapse || l.Token == "" && l.Quiet > 3*Beat {
		return true
	}
	return l.Host != "" && l.Host == o.Host && l.Space == o.Space && o.Alive != nil && !o.Alive(l.PID)
}

func (l *Lock) String() string {
	if l.By == "" {
		return "someone who has not yet written a name"
	}
	s := fmt.Sprintf("%s (process %d), %s %s, since %s", l.By, l.PID, l.Action, l.Release, l.Since.Format(time.RFC3339))
	if l.Quiet >= Beat {
		s += fmt.Sprintf(", silent for %s", l.Quiet.Round(time.Second))
	}
	return s
}

// A HeldError says that someone else is changing the target.
type HeldError struct{ Lock Lock }

func (e *HeldError) Error() string {
	return "the target is in use: " + e.Lock.String()
}

// ErrLost ends a run whose lock someone else took away.
var ErrLost = errors.New("someone else took over the lock; nothing further was changed")
