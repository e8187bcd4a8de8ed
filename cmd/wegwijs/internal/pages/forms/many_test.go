package forms

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"wegwijs/cmd/wegwijs/internal/fileset"
	"wegwijs/cmd/wegwijs/internal/input/mail"
)

// withDomains returns a record of two products, of which one has n domains.
func withDomains(t testing.TB, n int, primary bool) *mail.Record {
	t.Helper()
	var list strings.Builder
	list.WriteString(`"eigen.example"`)
	for i := range n {
		fmt.Fprintf(&list, `, "klant%d.example"`, i)
	}
	many := fmt.Sprintf("[[mail]]\nid = \"many\"\nname = \"Veel\"\ndomains = [%s]\n%s", list.String(), rowsOf("mail.eigen.example"))
	one := "[[mail]]\nid = \"one\"\nname = \"Een\"\ndomains = [\"een.example\"]\n" + rowsOf("mail.een.example")
	if primary {
		return read(t, many+one)
	}
	return read(t, one+many)
}

func made(t testing.TB, files []fileset.File) (list map[string]string, size int) {
	t.Helper()
	list = map[string]string{}
	for _, f := range files {
		var b bytes.Buffer
		if err := f.Make(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		list[f.Path] = b.String()
		size += b.Len()
	}
	return list, size
}

// No file that anyone can ask for names a customer's domain, and the number of
// files does not depend on that of domains.
func TestCustomersStayUnnamed(t *testing.T) {
	for _, primary := range []bool{true, false} {
		s := example()
		s.AutoconfigHost = "autoconfig.klant2.example" // only this one needs records of its own
		files, _, err := Files(withDomains(t, 40, primary), s)
		if err != nil {
			t.Fatal(err)
		}
		list, _ := made(t, files)
		for path, text := range list {
			if strings.HasPrefix(path, "rules/") || strings.HasSuffix(path, ".conf") {
				continue // no reader gets these
			}
			for i := range 40 {
				domain := fmt.Sprintf("klant%d.example", i)
				named := strings.Contains(strings.ReplaceAll(text, s.AutoconfigHost, ""), domain)
				if (named || strings.Contains(path, domain)) && path != ZoneFile(domain) {
					t.Errorf("%s names %s", path, domain)
				}
			}
		}
		if _, ok := list[ZoneFile("klant2.example")]; !ok {
			t.Error("a domain whose records differ has none of its own")
		}
		more, _, err := Files(withDomains(t, 80, primary), s)
		if err != nil {
			t.Fatal(err)
		}
		if len(more) != len(files) {
			t.Errorf("with 80 domains there are %d files, with 40 %d", len(more), len(files))
		}
	}
}

// 10,000 domains of one product are at most 5 MB more.
func TestManyDomainsAreSmall(t *testing.T) {
	for _, primary := range []bool{true, false} {
		files, _, err := Files(withDomains(t, 10000, primary), example())
		if err != nil {
			t.Fatal(err)
		}
		if _, size := made(t, files); size > 5<<20 {
			t.Errorf("primary %v: %d bytes", primary, size)
		}
	}
}

// BenchmarkDomains makes the files of a product with many domains; the time is
// linear in their number.
func BenchmarkDomains(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				files, _, err := Files(withDomains(b, n, false), example())
				if err != nil {
					b.Fatal(err)
				}
				_, size := made(b, files)
				b.ReportMetric(float64(size), "bytes")
			}
		})
	}
}
