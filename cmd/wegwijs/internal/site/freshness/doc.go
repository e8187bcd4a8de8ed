// Package freshness knows, block by block and without git, what changed in a
// text since its translations were made.
//
// A translation names in its front matter the text that it was made from: a
// [Stamp]. The texts of those moments are kept, as they were, in [BaseDir],
// one file for all languages. So three texts can be laid side by side: the one
// that was translated, the one that stands there now, and the translation.
//
//	base ── Compare ── now       what is new, edited, moved or gone
//	base ── Align ──── translation   which block translates which
//
// Only a new stamp makes a translation fresh: what is edited in the translation
// itself says nothing about what was taken over.
package freshness
