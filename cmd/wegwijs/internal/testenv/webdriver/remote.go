package webdriver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Marionette is a connection to a Mozilla program: messages of the form
// LENGTH:JSON over TCP. It is used by one goroutine at a time.
type Marionette struct {
	conn net.Conn
	r    *bufio.Reader
	id   int
}

// DialMarionette connects to a program that listens on a port of this machine.
func DialMarionette(port int) (*Marionette, error) {
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	m := &Marionette{conn: conn, r: bufio.NewReader(conn)}
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := m.receive(); err != nil { // who it is
		conn.Close()
		return nil, err
	}
	return m, nil
}

// Do runs a command of WebDriver, or one of Marionette's own by its whole name,
// such as Marionette:SetContext.
func (m *Marionette) Do(command string, params map[string]any) (json.RawMessage, error) {
	return m.DoWithin(patience, command, params)
}

// DoWithin is [Marionette.Do] for a command that may take longer.
func (m *Marionette) DoWithin(limit time.Duration, command string, params map[string]any) (json.RawMessage, error) {
	if !strings.Contains(command, ":") {
		command = "WebDriver:" + command
	}
	if params == nil {
		params = map[string]any{}
	}
	m.conn.SetDeadline(time.Now().Add(limit + 30*time.Second)) // behind the limit of the program itself
	m.id++
	message, err := json.Marshal([]any{0, m.id, command, params})
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(m.conn, "%d:%s", len(message), message); err != nil {
		return nil, err
	}
	if message, err = m.receive(); err != nil {
		return nil, err
	}
	var reply [4]json.RawMessage // 1, id, error, result
	if err := json.Unmarshal(message, &reply); err != nil {
		return nil, fmt.Errorf("not a reply: %w: %.200s", err, message)
	}
	return value(reply[3], reply[2])
}

// value returns the value of a result, or the error.
func value(result, failure json.RawMessage) (json.RawMessage, error) {
	e := new(Error)
	if err := json.Unmarshal(failure, e); err == nil && e.Code != "" {
		return nil, e
	}
	var wrapped map[string]json.RawMessage
	if err := json.Unmarshal(result, &wrapped); err == nil && len(wrapped) == 1 && wrapped["value"] != nil {
		return wrapped["value"], nil
	}
	return result, nil
}

func (m *Marionette) receive() (json.RawMessage, error) {
	size, err := m.r.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(size, ":"))
	if err != nil {
		return nil, err
	}
	message := make(json.RawMessage, n)
	_, err = io.ReadFull(m.r, message)
	return message, err
}

// Quit ends the program, without waiting for it, and closes the connection.
func (m *Marionette) Quit() {
	m.DoWithin(-20*time.Second, "Marionette:Quit", map[string]any{"flags": []string{"eForceQuit"}})
	m.conn.Close()
}

// A wire is a session over HTTP (section 6.3 of the standard).
type wire struct {
	base    string // of the driver: http://127.0.0.1:1234
	session string
	client  http.Client
}

// routes are the endpoints of the commands, by Marionette's names for them.
var routes = map[string]string{
	"NewSession":         "POST /session",
	"DeleteSession":      "DELETE /session/{session}",
	"SetTimeouts":        "POST /session/{session}/timeouts",
	"Navigate":           "POST /session/{session}/url",
	"SetWindowRect":      "POST /session/{session}/window/rect",
	"FindElement":        "POST /session/{session}/element",
	"ElementClick":       "POST /session/{session}/element/{id}/click",
	"PerformActions":     "POST /session/{session}/actions",
	"ExecuteAsyncScript": "POST /session/{session}/execute/async",
	"TakeScreenshot":     "GET /session/{session}/screenshot",
}

// newWire opens a session with the driver that listens at base.
func newWire(base string, capabilities map[string]any) (*wire, error) {
	w := &wire{base: base, client: http.Client{Timeout: patience + 30*time.Second}}
	value, err := w.Do("NewSession", map[string]any{"capabilities": map[string]any{"alwaysMatch": capabilities}})
	if err != nil {
		return nil, err
	}
	var s struct{ SessionID string }
	err = json.Unmarshal(value, &s)
	w.session = s.SessionID
	return w, err
}

func (w *wire) Do(command string, params map[string]any) (json.RawMessage, error) {
	method, path, ok := strings.Cut(routes[command], " ")
	if !ok {
		return nil, fmt.Errorf("no route for the command %q", command)
	}
	id, _ := params["id"].(string)
	path = strings.NewReplacer("{session}", w.session, "{id}", id).Replace(path)
	var body io.Reader
	if method == http.MethodPost {
		if params == nil {
			params = map[string]any{}
		}
		data, err := json.Marshal(params)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, w.base+path, body)
	if err != nil {
		return nil, err
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		var failure struct{ Value json.RawMessage }
		json.Unmarshal(data, &failure)
		_, err := value(nil, failure.Value)
		if err == nil {
			err = fmt.Errorf("%s: %.200s", answer.Status, data)
		}
		return nil, err
	}
	return value(data, nil)
}
