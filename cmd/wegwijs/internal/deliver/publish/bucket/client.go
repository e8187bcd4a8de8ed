package bucket

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"wegwijs/cmd/wegwijs/internal/diag"
)

// Keys are what proves to the store who is calling. They are never printed.
type Keys struct{ ID, Secret, Token string }

// FindKeys looks for keys where S3 programs keep them: in AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, then in the section of
// ~/.aws/credentials that AWS_PROFILE names ("default" when none). A profile
// that the site names goes before the environment.
func FindKeys(getenv func(string) string, home, profile string) (Keys, error) {
	if profile == "" {
		if k := (Keys{getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_SESSION_TOKEN")}); k.ID != "" && k.Secret != "" {
			return k, nil
		}
		profile = getenv("AWS_PROFILE")
	}
	if profile == "" {
		profile = "default"
	}
	file := getenv("AWS_SHARED_CREDENTIALS_FILE")
	if file == "" && home != "" {
		file = home + "/.aws/credentials"
	}
	if file != "" {
		v, err := credentials.NewFileAWSCredentials(file, profile).GetWithContext(&credentials.CredContext{Client: http.DefaultClient})
		if err == nil && v.AccessKeyID != "" && v.SecretAccessKey != "" {
			return Keys{v.AccessKeyID, v.SecretAccessKey, v.SessionToken}, nil
		}
	}
	return Keys{}, diag.Errorf("no keys for the object store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them to ~/.aws/credentials under [%s]", profile)
}

// client does the few requests that publishing needs.
type client struct {
	core   minio.Core
	bucket string
	prefix string
	keys   Keys
	trip   *trip
	weak   bool // the store has no conditional puts
}

// retries is how often a request is tried in all when the network or the
// store stumbles.
const retries = 5

// patience is how long a store may take to begin an answer: what is sent and
// asked for is small, and there are more tries.
const patience = 20 * time.Second

func newClient(c Config) (*client, error) {
	base := c.Transport
	if base == nil {
		t, err := minio.DefaultTransport(!c.Insecure)
		if err != nil {
			return nil, err
		}
		t.ResponseHeaderTimeout = cmp.Or(c.Patience, patience)
		base = t
	}
	tries := c.Retries
	if tries == 0 {
		tries = retries
	}
	t := &trip{base: base}
	if c.Rate > 0 {
		t.gap = time.Duration(float64(time.Second) / c.Rate)
	}
	lookup := minio.BucketLookupAuto
	if c.PathStyle {
		lookup = minio.BucketLookupPath
	}
	core, err := minio.NewCore(c.Endpoint, &minio.Options{
		Creds:        credentials.NewStaticV4(c.Keys.ID, c.Keys.Secret, c.Keys.Token),
		Secure:       !c.Insecure,
		Transport:    t,
		Region:       c.Region,
		BucketLookup: lookup,
		MaxRetries:   tries,
	})
	if err != nil {
		return nil, diag.Errorf("object store %s: %w", c.Endpoint, err)
	}
	return &client{core: *core, bucket: c.Bucket, prefix: c.Prefix, keys: c.Keys, trip: t, weak: c.Unconditional}, nil
}

// trip spaces requests out and remembers the store's clock.
type trip struct {
	base http.RoundTripper
	gap  time.Duration // between the starts of two requests

	mu   sync.Mutex
	next time.Time
	date time.Time // of the last answer
}

func (t *trip) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.gap > 0 {
		t.mu.Lock()
		now := time.Now()
		if t.next.Before(now) {
			t.next = now
		}
		wait := t.next.Sub(now)
		t.next = t.next.Add(t.gap)
		t.mu.Unlock()
		select {
		case <-r.Context().Done():
			return nil, context.Cause(r.Context())
		case <-time.After(wait):
		}
	}
	var sent *body
	if r.Body != nil && r.Body != http.NoBody {
		sent = &body{ReadCloser: r.Body, closed: make(chan struct{})}
		r = r.WithContext(r.Context())
		r.Body = sent
	}
	resp, err := t.base.RoundTrip(r)
	if err != nil {
		sent.wait(r.Context())
		return nil, err
	}
	if d, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		t.mu.Lock()
		t.date = d
		t.mu.Unlock()
	}
	if sent != nil {
		resp.Body = answer{resp.Body, func() { sent.wait(r.Context()) }}
	}
	return resp, nil
}

// A body is what a request sends. A transport may still read it after it has
// given the answer or an error (see [http.RoundTripper]), and a second try
// begins it anew: so a try is over when its body is closed.
type body struct {
	io.ReadCloser
	once   sync.Once
	closed chan struct{}
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(func() { close(b.closed) })
	return err
}

func (b *body) wait(ctx context.Context) {
	if b == nil {
		return
	}
	select {
	case <-b.closed:
	case <-ctx.Done():
	}
}

type answer struct {
	io.ReadCloser
	then func()
}

func (a answer) Close() error {
	err := a.ReadCloser.Close()
	a.then()
	return err
}

var (
	errAbsent = diag.Errorf("there is no such object")
	errOther  = diag.Errorf("the object is not what it was: someone else wrote it")
)

// wrap says what was being done, tells the two expected refusals apart, and
// keeps the secret out of the message whatever a store puts in it.
func (c *client) wrap(op, key string, err error) error {
	if err == nil {
		return nil
	}
	if r, ok := errors.AsType[minio.ErrorResponse](err); ok {
		switch {
		case r.Code == "NoSuchBucket":
			err = diag.Errorf("there is no bucket %q", c.bucket)
		case r.Code == "InvalidAccessKeyId":
			err = diag.Errorf("the store does not know the access key (%s)", r.Code)
		case r.Code == "SignatureDoesNotMatch":
			err = diag.Errorf("the secret key does not fit the access key (%s)", r.Code)
		case r.Code == "AccessDenied":
			err = diag.Errorf("the access key may not do this (%s): it needs s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it", r.Code)
		case r.StatusCode == http.StatusNotFound && (strings.HasPrefix(r.Code, "NoSuch") || r.Code == "NotFound"): // other things may not be found, such as the key's owner
			err = errAbsent
		case r.StatusCode == http.StatusPreconditionFailed, r.StatusCode == http.StatusConflict:
			// 409: another conditional write of the key is under way.
			err = errOther
		default:
			err = fmt.Errorf("%s (%s)", strings.TrimSuffix(r.Message, "."), r.Code)
		}
	}
	if s := err.Error(); c.keys.Secret != "" && strings.Contains(s, c.keys.Secret) || c.keys.Token != "" && strings.Contains(s, c.keys.Token) {
		err = errors.New(strings.NewReplacer(c.keys.Secret, "…", cmp.Or(c.keys.Token, c.keys.Secret), "…").Replace(s))
	}
	return fmt.Errorf("%s %s: %w", op, key, err)
}

// headers are what an object tells browsers and caches about itself.
type headers struct{ kind, cache, encoding string }

// A condition of a put: the key must not exist, or must still have a certain
// tag. The zero value asks for nothing.
type condition struct {
	absent bool
	tag    string
}

// put writes an object of size bytes whose sum is known; the store checks it.
func (c *client) put(ctx context.Context, key string, body io.Reader, size int64, sum string, h headers, cond condition) (tag string, _ error) {
	// The sum goes along in the signature. Signing in chunks instead would
	// leave "aws-chunked" as an encoding on objects of some stores.
	o := minio.PutObjectOptions{ContentType: h.kind, CacheControl: h.cache, ContentEncoding: h.encoding, DisableMultipart: true, DisableContentSha256: true}
	if !c.weak {
		switch {
		case cond.absent:
			o.SetMatchETagExcept("*")
		case cond.tag != "":
			o.SetMatchETag(cond.tag)
		}
	}
	i, err := c.core.PutObject(ctx, c.bucket, c.prefix+key, body, size, "", sum, o)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return "", c.wrap("write", key, err)
	}
	return i.ETag, nil
}

func (c *client) putBytes(ctx context.Context, key string, b []byte, h headers, cond condition) (tag string, _ error) {
	sum := sha256.Sum256(b)
	return c.put(ctx, key, bytes.NewReader(b), int64(len(b)), hex.EncodeToString(sum[:]), h, cond)
}

// get reads an object; errAbsent when there is none. The caller closes it.
func (c *client) get(ctx context.Context, key string) (_ io.ReadCloser, tag string, changed time.Time, _ error) {
	body, i, _, err := c.core.GetObject(ctx, c.bucket, c.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, "", time.Time{}, c.wrap("read", key, err)
	}
	return body, i.ETag, i.LastModified, nil
}

// smallObject bounds what is read of our own state into memory.
const smallObject = 64 << 20

func (c *client) getBytes(ctx context.Context, key string) (_ []byte, tag string, changed time.Time, _ error) {
	r, tag, changed, err := c.get(ctx, key)
	if err != nil {
		return nil, "", time.Time{}, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, smallObject))
	return b, tag, changed, c.wrap("read", key, err)
}

// size returns the size of an object; errAbsent when there is none.
func (c *client) size(ctx context.Context, key string) (int64, error) {
	i, err := c.core.StatObject(ctx, c.bucket, c.prefix+key, minio.StatObjectOptions{})
	return i.Size, c.wrap("look at", key, err)
}

// copy makes an object from another, inside the store.
func (c *client) copy(ctx context.Context, from, to string, h headers) error {
	_, err := c.core.Client.CopyObject(ctx,
		minio.CopyDestOptions{Bucket: c.bucket, Object: c.prefix + to, ReplaceMetadata: true, ContentType: h.kind, CacheControl: h.cache, ContentEncoding: h.encoding},
		minio.CopySrcOptions{Bucket: c.bucket, Object: c.prefix + from})
	return c.wrap("copy to", to, err)
}

// remove deletes an object; one that is not there is no error.
func (c *client) remove(ctx context.Context, key string) error {
	err := c.wrap("delete", key, c.core.RemoveObject(ctx, c.bucket, c.prefix+key, minio.RemoveObjectOptions{}))
	if errors.Is(err, errAbsent) {
		return nil
	}
	return err
}

// list calls do with each key and its size, in the order of the keys, until it
// has enough.
func (c *client) list(ctx context.Context, do func(key string, size int64) (more bool)) error {
	listing, stop := context.WithCancel(ctx)
	defer stop()
	for o := range c.core.ListObjectsIter(listing, c.bucket, minio.ListObjectsOptions{Prefix: c.prefix, Recursive: true}) {
		if o.Err != nil {
			return c.wrap("list", c.bucket, o.Err)
		}
		if !do(strings.TrimPrefix(o.Key, c.prefix), o.Size) {
			return nil
		}
	}
	return c.wrap("list", c.bucket, context.Cause(ctx)) // of which a list that was ended says nothing
}
