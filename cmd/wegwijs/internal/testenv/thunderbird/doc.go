// Package thunderbird proves what the help centre says of Thunderbird with the
// program itself. It holds tests only: they build this repository's help
// centre, serve it under its own host names over https, start Dovecot and
// Postfix with the record's ports, and drive Thunderbird, headless, in each
// language, through automatic set-up and through the steps that the page
// gives, until a message that was sent has arrived. Every word that a page or
// labels.toml says is on Thunderbird's screens is looked for there.
//
// They need Debian's thunderbird with its -l10n- packages, Dovecot, Postfix,
// nginx and root on Linux: the tests run again in a network of their own, where
// every port is free and nothing leads out. What is missing is skipped with a
// line that says so; with CI=true in the environment it fails instead.
//
// With -update the tests write the pictures that the Thunderbird page shows.
package thunderbird
