// Package search makes the index in which the browser searches: one for each
// language of a site, as JavaScript modules of data, since pages may fetch
// nothing. All that is known of a language is in it; the script search.js of
// the layouts knows none.
//
// A page's text goes through [Dictionary.Read] once, when the page is made: its sections,
// the words in them, the rows of its settings tables and of its tables of
// error messages. [Build] joins the pages of a language:
//
//	fold    e-mail, E‑mail and email are one; accents and case go
//	stem    instellen, instelling and ingesteld are one (rules in lang.go)
//	split   serverinstellingen holds instellingen: words are taken apart by
//	        the other words of the site, except those of a stop list
//	weigh   the title before headings, those before text
//	learn   with which words people ask for a page: its keywords, of which whole
//	        questions are the best, are compared with those of all pages
//
// The stem rules travel in the index and are applied to queries by the same
// few lines in search-index.js. TestSearchStems of package browser compares the
// two word by word over the texts of this site. Words that the index does not
// have are looked for by their beginning, their parts and their likeness in the
// browser.
package search
