package forms

import (
	"slices"
	"testing"

	"wegwijs/cmd/wegwijs/internal/diag"
	"wegwijs/cmd/wegwijs/internal/input/tomlfile"
)

func TestReadOptions(t *testing.T) {
	for _, c := range []struct {
		src       string
		off       []Form
		pacc      bool
		hosts     [2]string
		cert, key string
		want      []string
	}{
		{src: ""},
		{src: "[forms]\n"},
		{
			src:  "[forms]\nautodiscover = false\njson = false\nautoconfig = true\npacc = true\nautoconfig_host = \"Auto.Café.nl\"\nautodiscover_host = \"ad.example.nl\"\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n",
			off:  []Form{FormAutodiscover, FormJSON},
			pacc: true, hosts: [2]string{"auto.xn--caf-dma.nl", "ad.example.nl"}, cert: "c.pem", key: "k.pem",
		},
		{src: "[forms]\nautodiscovr = false\n", want: []string{`2:1 unknown key "forms.autodiscovr"`}},
		{src: "[forms]\ndns = \"no\"\n", want: []string{"2:7 forms.dns takes true or false, this is text"}},
		{src: "[forms]\nqr = false\n", off: []Form{FormQR}},
		{src: "[forms]\nautoconfig_host = \"https://a.nl\"\n", want: []string{`2:19 "https://a.nl" is not a host name`}},
		{src: "[forms]\nautoconfig_host = \"a.nl \"\n", want: []string{`2:19 "a.nl " is not a host name`}},
		{src: "[forms]\nautodiscover_host = \"a@b.nl\"\n", want: []string{`2:21 "a@b.nl" is not a host name`}},
		{src: "[forms]\ncertificate = \"c.pem\"\n", want: []string{"2:15 a certificate alone cannot sign"}},
		{src: "[forms]\nkey = \"k.pem\"\n", want: []string{"2:7 a key alone cannot sign"}},
	} {
		var out diag.List
		root := tomlfile.Parse("site.toml", []byte(c.src), 0, len(c.src), &out)
		s := &Site{Off: []Form{FormDNS}, PACC: true, AutoconfigHost: "old"}
		cert, key := ReadOptions(root.Table("forms"), s)
		root.Done()
		var got []string
		for _, d := range out.Sorted() {
			got = append(got, d.Pos.String()[len("site.toml:"):]+" "+d.Msg)
		}
		same(t, c.src, got, c.want)
		if !slices.Equal(s.Off, c.off) || s.PACC != c.pacc || [2]string{s.AutoconfigHost, s.AutodiscoverHost} != c.hosts || cert != c.cert || key != c.key {
			t.Errorf("%s: got %+v, %q, %q", c.src, s, cert, key)
		}
	}
}
