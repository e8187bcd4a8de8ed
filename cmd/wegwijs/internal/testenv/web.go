//go:build unix

package testenv

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// webServers holds for each web server its command and its whole configuration:
// what it cannot start without, around the lines of one site.
var webServers = map[string]func(t testing.TB, run, site string, port int) (argv []string, conf string){
	"nginx": func(t testing.TB, run, site string, port int) ([]string, string) {
		bin := Program(t, "nginx (apt install nginx-light)", "nginx")
		user, types, modules := "", "", ""
		if os.Getuid() == 0 {
			user = "user root root;"
		}
		if exists("/etc/nginx/mime.types") {
			types = "include /etc/nginx/mime.types;"
		}
		if strings.Contains(site, "brotli_static") {
			so := "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"
			if !exists(so) {
				Missing(t, "the brotli module of nginx (apt install libnginx-mod-http-brotli-static)")
			}
			modules = "load_module " + so + ";"
		}
		return []string{bin, "-p", run, "-c", run + "/conf", "-e", run + "/error.log"}, fmt.Sprintf(`%s %[6]s
daemon off; master_process off; pid %[2]s/pid;
events { }
http {
%[3]s default_type application/octet-stream;
access_log off;
client_body_temp_path %[2]s/a; proxy_temp_path %[2]s/b; fastcgi_temp_path %[2]s/c; uwsgi_temp_path %[2]s/d; scgi_temp_path %[2]s/e;
server {
listen 127.0.0.1:%[4]d;
%[5]s
}
}
`, user, run, types, port, site, modules)
	},
	"apache": func(t testing.TB, run, site string, port int) ([]string, string) {
		bin := Program(t, "Apache (apt install apache2)", "apache2", "httpd")
		modules := ""
		for _, d := range []string{"/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2"} {
			if exists(filepath.Join(d, "mod_rewrite.so")) {
				modules = d
				break
			}
		}
		if modules == "" {
			t.Fatal("the modules of Apache are not where they were looked for")
		}
		var conf strings.Builder
		fmt.Fprintf(&conf, "ServerRoot %s\nPidFile pid\nErrorLog error.log\nListen 127.0.0.1:%d\nServerName hulp.example\n", run, port)
		for _, m := range []string{"mpm_event", "authz_core", "mime", "dir", "autoindex", "alias", "headers", "rewrite", "setenvif", "negotiation", "log_config", "unixd"} {
			if so := filepath.Join(modules, "mod_"+m+".so"); exists(so) {
				fmt.Fprintf(&conf, "LoadModule %s_module %s\n", m, so)
			}
		}
		types := "/dev/null"
		if exists("/etc/mime.types") {
			types = "/etc/mime.types"
		}
		conf.WriteString("TypesConfig " + types + "\n")
		if os.Getuid() == 0 {
			conf.WriteString("User nobody\nGroup nogroup\n")
		}
		// As Debian has it: languages and encodings by the endings of names,
		// no access to .htaccess, nor to any folder that is not named.
		conf.WriteString("AddLanguage nl .nl\nAddLanguage en .en\nAddLanguage pt-BR .pt-br\nAddEncoding x-gzip .gz\n<FilesMatch \"^\\.ht\">\nRequire all denied\n</FilesMatch>\n")
		conf.WriteString("<Directory />\nOptions FollowSymLinks\nAllowOverride None\nRequire all denied\n</Directory>\n")
		fmt.Fprintf(&conf, "<VirtualHost *:%d>\n%s\n</VirtualHost>\n", port, site)
		return []string{bin, "-DFOREGROUND", "-f", run + "/conf"}, conf.String()
	},
	"caddy": func(t testing.TB, run, site string, port int) ([]string, string) {
		bin := Program(t, "Caddy (apt install caddy)", "caddy")
		return []string{bin, "run", "--config", run + "/conf", "--adapter", "caddyfile"}, fmt.Sprintf(`{
	admin off
	auto_https off
	storage file_system %[1]s
}
http://:%[2]d {
	bind 127.0.0.1
%[3]s
}
`, run, port, site)
	},
}

// StartWeb starts nginx, apache or caddy on a port of this machine and returns
// its address. site holds the lines for one site in the server's own language:
// those of its server block, virtual host or site block. The server may run as
// another user, to whom dir is opened. The test fails when the server warns.
func StartWeb(t testing.TB, server, dir, site string) string {
	t.Helper()
	run := t.TempDir()
	for _, d := range []string{run, dir} { // others must come in
		for ; d != os.TempDir() && d != filepath.Dir(d); d = filepath.Dir(d) {
			if i, err := os.Stat(d); err != nil || i.Mode()&0o055 != 0o055 && os.Chmod(d, i.Mode()|0o055) != nil {
				break
			}
		}
	}
	if err := os.Chmod(run, 0o777); err != nil {
		t.Fatal(err)
	}
	port := FreePorts(1)[0]
	argv, conf := webServers[server](t, run, site, port)
	if err := os.WriteFile(filepath.Join(run, "conf"), []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = run
	cmd.Env = append(os.Environ(), "HOME="+run)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a group, so that its workers end with it
	said := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		cmd.Wait()
		close(done)
	}()
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-done
		}
		logged, _ := os.ReadFile(filepath.Join(run, "error.log"))
		for line := range strings.Lines(said.String() + string(logged)) {
			if strings.Contains(line, "[emerg]") || strings.Contains(line, "[warn]") || strings.Contains(line, `"level":"warn"`) && !strings.Contains(line, "byeee") && !strings.Contains(line, "admin endpoint") && !strings.Contains(line, "not formatted") && !strings.Contains(line, "automatic HTTPS") {
				t.Errorf("%s says %s", server, line)
			}
		}
	})
	for deadline := time.Now().Add(20 * time.Second); ; {
		if answers(port) {
			return fmt.Sprintf("http://127.0.0.1:%d", port)
		}
		select {
		case <-done:
			logged, _ := os.ReadFile(filepath.Join(run, "error.log"))
			t.Fatalf("%s ended at once: %s%s", server, said.String(), logged)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen: %s", server, said.String())
		}
	}
}
