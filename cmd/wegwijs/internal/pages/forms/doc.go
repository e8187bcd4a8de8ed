// Package forms writes the record of mail settings in every form that a mail
// program, a device or an administrator takes: Autoconfig, Autodiscover, Apple
// profiles, DNS records, PACC, JSON and QR codes; and it knows what the
// settings are called in the programs' own screens.
//
// A [mail.Record] and a [Site] go in; bytes come out, the same bytes for the
// same input: no clock, no random numbers, no map order. Nothing here reads or
// writes a file or the network. Every function may be called from several
// goroutines at once; the slices they return are the caller's.
//
// # What a form cannot say
//
// A row that a form cannot express is left out, never bent, and the form says
// so with a [LeftOut]. Where another row of the same protocol is in the form,
// readers miss nothing and [LeftOut.Minor] is set; [Diagnostics] turns the
// others into warnings at the row's line. All of them are in mail.json.
//
//	form          cannot express
//	autoconfig    rows without encryption (Thunderbird for Android rejects the
//	              whole file for one such row); a user name that the provider
//	              hands out (there is no placeholder for it)
//	autodiscover  the same; a local part as user name (a static file cannot
//	              echo the address, programs then take all of it);
//	              authentication other than a password; leave-on-server days
//	profile       a second server in a direction; rows without encryption;
//	              STARTTLS on a port of its own; authentication other than a
//	              password; leave-on-server days
//	dns           rows without encryption; user name and authentication have
//	              no place in an SRV record at all
//	pacc          everything but implicit TLS on 993, 995 and 465 with the
//	              whole address and a password
//	qr            as profile, but it knows STARTTLS and encrypted passwords;
//	              a user name that the provider hands out
//	json          nothing
//
// # One static site, many domains
//
// The first product of the record is the primary one. It is what the fixed
// addresses answer with (`.well-known/autoconfig/mail/config-v1.1.xml`,
// `mail/config-v1.1.xml`, `autodiscover/autodiscover.xml`): a static server
// cannot tell from such a request which domain the reader has. The server can
// tell by host name, though: mail programs ask `autoconfig.DOMAIN` and
// `autodiscover.DOMAIN`. So every mail domain of every product also has its
// own copy in `mail/DOMAIN/`, and with more than one product the server rules
// of [Snippet] lead each of those hosts to the folder of its domain.
//
// # The QR code of Thunderbird for Android
//
// Pages write, from an [Account], version 1 (2025-02-06) of the format "Export
// for Mobile", published as feature/migration/qrcode/qr-code-format.md in
// github.com/thunderbird/thunderbird-android (read at commit a59bd67,
// 2026-08-20). The payload is JSON in UTF-8, without any space, of nested
// arrays:
//
//	[1,[1,1],
//	 [protocol,"host",port,security,authentication,"username"],
//	 [[[0,"host",port,security,authentication,"username"],["address","name"]]]]
//
// on one line. The leading 1 is the format version; [1,1] says "code 1 of 1";
// the third element is the incoming server; the fourth is a list of groups,
// here one, each an outgoing server (protocol 0 = SMTP) and its identities,
// here one. Numbers are JSON integers. The optional account name and password
// at the end of a server are always left out: the app then names the account
// after the address and asks for the password.
//
//	protocol        0 IMAP, 1 POP3
//	security        2 STARTTLS, 3 TLS from the first byte; 0 is cleartext and
//	                is never written; 1 is reserved and must not be used
//	authentication  1 normal password, 2 encrypted password, 6 OAuth2
//	                (0 none, 3 GSSAPI, 4 NTLM, 5 certificate: never written)
//
// Host and address are ASCII: a domain goes in with its ASCII form (RFC 5891),
// an address with anything else before its @ cannot be written. User name and
// name hold no line break. Strings are escaped as JSON.stringify of ECMAScript
// does it: only the quote and the backslash need it, everything else that is
// allowed stands as it is.
//
// The rules for what a reader types are those of [Address], which the script of
// the pages follows: testdata/qr-vectors.json holds inputs with the payload or
// the kind of refusal, for the tests of both.
package forms
