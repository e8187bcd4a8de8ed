// A client made of the protocol library of Visual Studio Code: it types a page
// with a mistake that is never saved, and prints what the server says.
const { spawn } = require('node:child_process');
const { pathToFileURL } = require('node:url');
const { createRequire } = require('node:module');
const [program, dir, modules] = process.argv.slice(2);
const p = createRequire(modules + '/')('vscode-languageserver-protocol/node');

(async () => {
  const server = spawn(program, ['lsp'], { cwd: dir, stdio: ['pipe', 'pipe', 'inherit'] });
  const c = p.createProtocolConnection(new p.StreamMessageReader(server.stdout), new p.StreamMessageWriter(server.stdin));
  const uri = pathToFileURL(dir + '/content/nl/e-mail/imap.md').href;
  const told = new Promise((yes) => c.onNotification(p.PublishDiagnosticsNotification.type, (d) => {
    if (d.uri === uri && d.diagnostics.length > 0) yes(d.diagnostics);
  }));
  c.listen();
  const init = await c.sendRequest(p.InitializeRequest.type, {
    processId: process.pid, rootUri: pathToFileURL(dir).href, locale: 'nl',
    workspaceFolders: [{ uri: pathToFileURL(dir).href, name: 'site' }],
    capabilities: { workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['rename'] } } },
  });
  await c.sendNotification(p.InitializedNotification.type, {});
  await c.sendNotification(p.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: 'markdown', version: 1, text: '+++\ntitle = "IMAP"\n+++\n😀 [x](popp.md)\n' },
  });
  const diagnostics = await told;
  const place = { textDocument: { uri }, position: { line: 3, character: 8 } };
  const actions = await c.sendRequest(p.CodeActionRequest.type, { textDocument: { uri }, range: diagnostics[0].range, context: { diagnostics } });
  const completion = await c.sendRequest(p.CompletionRequest.type, place);
  const hover = await c.sendRequest(p.HoverRequest.type, place);
  await c.sendRequest(p.ShutdownRequest.type);
  const ended = new Promise((yes) => server.on('exit', yes));
  await c.sendNotification(p.ExitNotification.type);
  const status = await ended;
  c.dispose();
  console.log(JSON.stringify({
    encoding: init.capabilities.positionEncoding, code: diagnostics[0].code, at: diagnostics[0].range.start,
    fix: actions[0].edit.documentChanges[0].edits[0].newText, labels: completion.items.map((i) => i.label), hover: hover.contents.kind, status,
  }));
})().catch((e) => { console.error(e); process.exit(1); });
