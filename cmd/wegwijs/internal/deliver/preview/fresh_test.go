package preview_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wegwijs/cmd/wegwijs/internal/input/notify"
)

// TestFreshWithoutHints edits each kind of file where no event tells: a reload
// looks for itself, whatever the pace of the sweeps.
func TestFreshWithoutHints(t *testing.T) {
	for name, edit := range map[string]func(b *bench) (address, want string){
		"a page that nobody looked at": func(b *bench) (string, string) {
			b.memory.write(otherFile, b.files[otherFile]+"\nEen bewerking.\n")
			return otherAt, "Een bewerking."
		},
		"a new page": func(b *bench) (string, string) {
			b.memory.write("content/nl/s1/nieuw.md", b.files[otherFile]+"\nNieuw hier.\n")
			return "s1/nieuw/index.html", "Nieuw hier."
		},
		"a layout": func(b *bench) (string, string) {
			b.memory.write("layouts/base.html", strings.Replace(b.files["layouts/base.html"], "</body>", "<p>Anders.</p></body>", 1))
			return otherAt, "Anders."
		},
		"a style": func(b *bench) (string, string) {
			b.memory.write("layouts/assets/site.css", b.files["layouts/assets/site.css"]+"\n.nieuw { color: red }\n")
			return "", ".nieuw"
		},
		"a string": func(b *bench) (string, string) {
			b.memory.write("i18n/nl.toml", strings.Replace(b.files["i18n/nl.toml"], `skip = "`, `skip = "Nu `, 1))
			return "", ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				t := b.t
				b.blind.Store(true)
				was := b.view().ID
				address, want := edit(b)
				b.live.Fresh(b.t.Context())
				if b.view().ID == was {
					t.Fatal("it was not seen")
				}
				if address != "" {
					if got, ok := b.page(address); !ok || !strings.Contains(got, want) {
						t.Errorf("%s (%t) gives\n%s", address, ok, got)
					}
					return
				}
				found := want == ""
				for _, f := range b.view().State.Set.Files() {
					if strings.HasSuffix(f.Path, ".css") {
						text, _ := b.page(f.Path)
						found = found || strings.Contains(text, want)
					}
				}
				if !found {
					t.Errorf("no file has %q", want)
				}
			})
		})
	}
}

// TestFreshAsksNothingWithEvents: where events tell, a reload costs no sweep.
func TestFreshAsksNothingWithEvents(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.memory.write(otherFile, b.files[otherFile]+"\nEen bewerking.\n")
		was := b.view().ID
		b.live.Fresh(b.t.Context())
		if b.view().ID != was {
			t.Error("it swept")
		}
	})
}

// TestFreshDuringASweep asks while a sweep is under way that began before the
// edit: the answer waits for another.
func TestFreshDuringASweep(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.blind.Store(true)
		for i := range 5 {
			b.hints <- notify.Hint{Sweep: true}
			mark := "Bewerking " + strings.Repeat("x", i+1) + "."
			b.memory.write(otherFile, b.files[otherFile]+"\n"+mark+"\n")
			b.live.Fresh(b.t.Context())
			if got, _ := b.page(otherAt); !strings.Contains(got, mark) {
				t.Errorf("edit %d is not there:\n%s", i, got)
			}
		}
	})
}

// TestEditDuringASweep: what was saved and shown while a sweep was under way stays
// when the sweep ends, which looked at that file before.
func TestEditDuringASweep(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.pass(5 * time.Second)
		b.hints <- notify.Hint{Sweep: true} // after which a file that is as it was is not read
		b.rest()
		b.memory.held = make(chan struct{})
		b.hints <- notify.Hint{Sweep: true}
		b.rest() // the pages were looked at
		b.save(otherFile, b.files[otherFile]+"\nEen bewerking.\n")
		b.rest()
		v := b.view()
		is, _ := v.State.Tree.Get(otherFile)
		close(b.memory.held)
		b.rest()
		now := b.view()
		if f, _ := now.State.Tree.Get(otherFile); now.ID != v.ID || f.Hash != is.Hash {
			t.Error("the edit is gone from the view")
		}
		if got, _ := b.page(otherAt); !strings.Contains(got, "Een bewerking.") {
			t.Errorf("the edit is not there:\n%s", got)
		}
	})
}

// TestBusyEnds: a while after the last edit or request nobody is at work.
func TestBusyEnds(t *testing.T) {
	inBubble(t, func(b *bench) {
		b.live.Fresh(b.t.Context())
		if !b.live.Busy() {
			t.Error("not busy after a request")
		}
		b.pass(2 * time.Minute)
		if b.live.Busy() {
			t.Error("busy after two minutes of rest")
		}
		b.save(otherFile, b.files[otherFile]+"\nEen bewerking.\n")
		b.rest()
		synctest.Wait()
		if !b.live.Busy() {
			t.Error("not busy after an edit")
		}
	})
}
