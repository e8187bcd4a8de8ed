package diag

// translations holds what the program says in other languages, by its English
// format. A test finds the formats of the whole program and what is missing
// here.
var translations = map[Lang]map[string]string{Dutch: dutch}

var dutch = map[string]string{}
