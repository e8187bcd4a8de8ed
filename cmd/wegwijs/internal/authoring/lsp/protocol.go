package lsp

// What follows are the parts of the Language Server Protocol 3.17 that the server
// speaks, by the names that they have there.

type position struct {
	Line      int `json:"line"`      // counts from 0
	Character int `json:"character"` // counts from 0, in the units of the encoding
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type location struct {
	URI   string `json:"uri"`
	Range span   `json:"range"`
}

type textDocument struct {
	URI     string `json:"uri"`
	Version int    `json:"version"`
	Text    string `json:"text"`
}

type placeParams struct {
	TextDocument textDocument `json:"textDocument"`
	Position     position     `json:"position"`
}

type initializeParams struct {
	Locale       string `json:"locale"`
	RootURI      string `json:"rootUri"`
	RootPath     string `json:"rootPath"`
	Capabilities struct {
		General struct {
			PositionEncodings []encoding `json:"positionEncodings"`
		} `json:"general"`
		Workspace struct {
			WorkspaceEdit struct {
				DocumentChanges    bool     `json:"documentChanges"`
				ResourceOperations []string `json:"resourceOperations"`
			} `json:"workspaceEdit"`
		} `json:"workspace"`
	} `json:"capabilities"`
	WorkspaceFolders []struct {
		URI string `json:"uri"`
	} `json:"workspaceFolders"`
}

type initializeResult struct {
	Capabilities capabilities `json:"capabilities"`
	ServerInfo   serverInfo   `json:"serverInfo"`
}

type serverInfo struct {
	Name string `json:"name"`
}

type capabilities struct {
	PositionEncoding   encoding        `json:"positionEncoding"`
	TextDocumentSync   syncOptions     `json:"textDocumentSync"`
	CompletionProvider completion      `json:"completionProvider"`
	HoverProvider      bool            `json:"hoverProvider"`
	DefinitionProvider bool            `json:"definitionProvider"`
	CodeActionProvider codeActionKinds `json:"codeActionProvider"`
	RenameProvider     renameOptions   `json:"renameProvider"`
	Workspace          workspaceServer `json:"workspace"`
}

type syncOptions struct {
	OpenClose bool `json:"openClose"`
	Change    int  `json:"change"` // 2: edits come as ranges
}

type completion struct {
	TriggerCharacters []string `json:"triggerCharacters"`
}

type codeActionKinds struct {
	CodeActionKinds []string `json:"codeActionKinds"`
}

type renameOptions struct {
	PrepareProvider bool `json:"prepareProvider"`
}

type workspaceServer struct {
	FileOperations struct {
		WillRename fileFilters `json:"willRename"`
	} `json:"fileOperations"`
}

type fileFilters struct {
	Filters []fileFilter `json:"filters"`
}

type fileFilter struct {
	Pattern struct {
		Glob string `json:"glob"`
	} `json:"pattern"`
}

type didChangeParams struct {
	TextDocument   textDocument `json:"textDocument"`
	ContentChanges []struct {
		Range *span  `json:"range"` // nil: the text is the whole document
		Text  string `json:"text"`
	} `json:"contentChanges"`
}

type diagnostic struct {
	Range    span   `json:"range"`
	Severity int    `json:"severity"` // 1 error, 2 warning
	Code     string `json:"code"`
	Source   string `json:"source"`
	Message  string `json:"message"`
}

type publishParams struct {
	URI         string       `json:"uri"`
	Version     int          `json:"version,omitempty"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

type completionList struct {
	IsIncomplete bool             `json:"isIncomplete"`
	Items        []completionItem `json:"items"`
}

// Kinds of completion items.
const (
	kindProperty  = 10
	kindValue     = 12
	kindSnippet   = 15
	kindFile      = 17
	kindReference = 18
)

type completionItem struct {
	Label      string    `json:"label"`
	Kind       int       `json:"kind"`
	Detail     string    `json:"detail,omitempty"`
	FilterText string    `json:"filterText,omitempty"`
	SortText   string    `json:"sortText,omitempty"`
	TextEdit   *textEdit `json:"textEdit,omitempty"`
}

type textEdit struct {
	Range   span   `json:"range"`
	NewText string `json:"newText"`
}

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

type hover struct {
	Contents markup `json:"contents"`
	Range    *span  `json:"range,omitempty"`
}

type codeActionParams struct {
	TextDocument textDocument `json:"textDocument"`
	Range        span         `json:"range"`
}

type codeAction struct {
	Title       string         `json:"title"`
	Kind        string         `json:"kind"`
	Diagnostics []diagnostic   `json:"diagnostics,omitempty"`
	Edit        *workspaceEdit `json:"edit,omitempty"`
}

type workspaceEdit struct {
	DocumentChanges []any                 `json:"documentChanges,omitempty"` // documentEdit and renameFile
	Changes         map[string][]textEdit `json:"changes,omitempty"`         // by URI, for editors that know no more
}

type documentEdit struct {
	TextDocument versioned  `json:"textDocument"`
	Edits        []textEdit `json:"edits"`
}

type versioned struct {
	URI     string `json:"uri"`
	Version *int   `json:"version"` // nil: the file as it is on disk
}

type renameFile struct {
	Kind   string `json:"kind"` // rename
	OldURI string `json:"oldUri"`
	NewURI string `json:"newUri"`
}

type renameParams struct {
	placeParams
	NewName string `json:"newName"`
}

type renameFilesParams struct {
	Files []struct {
		OldURI string `json:"oldUri"`
		NewURI string `json:"newUri"`
	} `json:"files"`
}

type placeholder struct {
	Range       span   `json:"range"`
	Placeholder string `json:"placeholder"`
}

type showMessage struct {
	Type    int    `json:"type"` // 1 error
	Message string `json:"message"`
}
