// What every script that a test runs in Thunderbird begins with. Each wait is
// for something, and when it is in vain its error has what stood on the screen.
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const main = () => Services.wm.getMostRecentWindow("mail:3pane");
const pause = ms => new Promise(r => main().setTimeout(r, ms));

// wait resolves with what fn returns once that is true. Its end is only met
// when something is broken; it is before that of the script (patience).
async function wait(what, fn) {
  const end = Date.now() + 9 * 60 * 1000;
  for (;;) {
    let v, error = "";
    try { v = await fn(); } catch (e) { error = e; }
    if (v) return v;
    if (Date.now() > end) throw new Error(`waited for ${what}; the screen says ${JSON.stringify(words(hub() || main().document))} ${error}`);
    await pause(50);
  }
}

// shown says whether an element is on the screen.
const shown = e => e.getClientRects().length > 0 && e.checkVisibility({visibilityProperty: true});

// find returns the first element that is shown, in shadow trees and frames too.
function find(root, selector) {
  for (const e of root.querySelectorAll(selector)) if (shown(e)) return e;
  for (const e of root.querySelectorAll("*")) {
    const inner = e.shadowRoot || (e.contentDocument && shown(e) ? e.contentDocument : null);
    const f = inner && find(inner, selector);
    if (f) return f;
  }
  return null;
}

// hub is where accounts are set up.
const hub = () => { const c = main().document.querySelector("account-hub-container"); return c && (c.shadowRoot || c); };

// words returns all texts that are shown below root, in order: one for each
// element that has text of its own, and the labels in attributes.
function words(root) {
  const out = [];
  const add = s => { s = (s || "").replace(/\s+/g, " ").trim(); if (s) out.push(s); };
  const walk = n => {
    if (n.nodeType == 9) n = n.body || n.documentElement; // menus of the program's own may stand before a body
    for (const c of n.children || []) {
      if (/^(style|script|template|datalist)$/.test(c.localName)) continue;
      const choice = /^(option|menuitem)$/.test(c.localName) && !c.hidden && shown(c.closest("account-hub-select, select, menulist") || c);
      if (shown(c) || choice) {
        add([...c.childNodes].filter(x => x.nodeType == 3).map(x => x.data).join(" "));
        if (c.localName == "option") add(c.getAttribute("label"));
        if (c.localName == "label") add(c.textContent); // an access key cuts it in pieces
        if (c.namespaceURI.includes("there.is.only.xul")) { add(c.getAttribute("label")); add(c.getAttribute("value")); }
        for (const a of ["title", "aria-label"]) add(c.getAttribute(a));
      }
      if (c.shadowRoot) walk(c.shadowRoot);
      if (c.contentDocument && shown(c)) walk(c.contentDocument);
      walk(c);
    }
  };
  walk(root);
  return [...new Set(out)];
}

// read returns the words below what root returns once they have come to rest,
// for translations arrive after the elements.
async function read(root = hub) {
  let last = "", same = 0;
  return wait(`the words of ${root} to come to rest`, async () => {
    const now = words(root());
    same = now.length && JSON.stringify(now) == last ? same + 1 : 0;
    last = JSON.stringify(now);
    if (same < 3) await pause(50);
    return same >= 3 && now;
  });
}

// enter types a value into a field of the hub.
async function enter(selector, value) {
  const i = await wait(`the field ${selector}`, () => find(hub(), selector));
  i.focus();
  i.value = value;
  for (const e of ["input", "change"]) i.dispatchEvent(new (main()).Event(e, {bubbles: true, composed: true}));
}

// choose picks a value in one of the hub's lists by the word that it shows.
async function choose(selector, word) {
  const c = await wait(`the list ${selector}`, () => find(hub(), selector));
  const o = await wait(`the choice ${word} in ${selector}`, () => [...c.querySelectorAll("option")].find(o => !o.hidden && (o.label || o.textContent.trim()) == word));
  c.value = o.value;
  c.dispatchEvent(new (main()).Event("change", {bubbles: true, composed: true}));
}

// press clicks a button of the hub once it can be clicked.
async function press(selector) {
  const b = await wait(`the button ${selector}`, () => { const b = find(hub(), selector); return b && !b.disabled && b; });
  b.click();
}

// step waits until the hub shows a step and is not busy.
const step = id => wait(`the step ${id}`, () => { const s = find(hub(), "#" + id); return s && !find(hub(), ".busy, .spinner") && s; });

// lookUp has Thunderbird look for the settings of the address. It gives
// up by itself after five seconds, which a busy machine may need for less; then
// it is asked again, as a reader would.
async function lookUp() {
  for (let times = 1; ; times++) {
    await press("#forward");
    const s = await wait("what Thunderbird found", () => !find(hub(), ".busy, .spinner") && find(hub(), "#emailConfigFoundSubview, #emailIncomingConfigSubview"));
    if (s.id == "emailConfigFoundSubview") return;
    if (times == 10) throw new Error(`nothing was found; the screen says ${JSON.stringify(words(hub()))}`);
    await press("#back");
    await step("emailAutoConfigSubview");
  }
}

// openHub opens the hub as the page's first steps do and returns the words of
// both menus.
async function openHub() {
  const button = await wait("the menu button", () => main().document.getElementById("button-appmenu"));
  const popup = () => main().document.getElementById("appMenu-popup");
  // A menu that loses the focus closes by itself.
  const entry = await wait("the menu", () => {
    if ((popup()?.state ?? "closed") == "closed") button.click();
    const e = main().document.getElementById("appmenu_new");
    return popup()?.state == "open" && e && shown(e) && e;
  });
  const first = await read(() => main().document.getElementById("appMenu-mainView"));
  entry.click();
  const mail = await wait("the menu of accounts", () => { const e = main().document.getElementById("appmenu_newMailAccountMenuItem"); return e && shown(e) && e; });
  const second = await read(() => main().document.getElementById("appMenu-newView"));
  mail.click();
  await step("emailAutoConfigSubview");
  return [first, second];
}

// finish gives the password and ends the set-up; it returns the words of the
// screens that it saw.
async function finish(password) {
  await step("emailPasswordSubview");
  await enter("#password", password);
  const screens = [await read()];
  await press("#forward");
  const added = await wait("the account", () => find(hub(), "#emailAddedSuccessSubview, #emailSyncAccountsSubview"));
  if (added.id == "emailSyncAccountsSubview") { screens.push(await read()); await press("#forward"); await step("emailAddedSuccessSubview"); }
  screens.push(await read());
  await press("#forward");
  await wait("the hub to close", () => !find(hub(), ".account-hub-step"));
  return screens;
}

// account returns the account of an address.
const account = address => MailServices.accounts.accounts.find(a => a.defaultIdentity?.email == address);

// folder returns an account's folder with a flag, once it is there.
const folder = (address, flag) => wait(`the folder ${flag} of ${address}`, () => account(address).incomingServer.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags[flag]));

// send writes a message to the account's own address in a window and sends it.
async function send(address, subject) {
  const params = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
  params.type = Ci.nsIMsgCompType.New;
  params.format = Ci.nsIMsgCompFormat.PlainText;
  params.identity = account(address).defaultIdentity;
  params.composeFields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
  params.composeFields.to = address;
  params.composeFields.subject = subject;
  params.composeFields.body = subject + "\n";
  MailServices.compose.OpenComposeWindowWithParams(null, params);
  const c = await wait("the window to write in", () => { const c = Services.wm.getMostRecentWindow("msgcompose"); return c?.composeEditorReady && c; });
  c.document.getElementById("button-send").click();
  await wait("the message to be sent", () => c.closed);
}

// receive fetches mail until a message has come.
async function receive(address, subject) {
  const inbox = await folder(address, "Inbox");
  const server = account(address).incomingServer;
  return wait(`${subject} at ${address}`, async () => {
    for (const h of inbox.messages) if (h.mime2DecodedSubject == subject) return true;
    if (!server.serverBusy) server.getNewMessages(inbox, null, null);
    await pause(300);
  });
}

// settings opens the account settings and returns their document.
async function settings() {
  main().MsgAccountManager();
  return wait("the account settings", () => {
    const d = main().document.getElementById("tabmail").currentTabInfo.browser?.contentDocument;
    return d?.location.href.startsWith("about:accountsettings") && d.readyState == "complete" && d.querySelector("#accounttree li") && d;
  });
}

// pane opens one page of the account settings and returns its words. A click
// that comes while another page is being loaded is lost, so it is repeated.
async function pane(d, id, file) {
  const frame = d.getElementById("contentFrame");
  let clicked = 0, last = "", same = 0, seen = "";
  return wait({toString: () => `the page ${file} of ${id} in place of ${seen}`}, async () => {
    const row = d.getElementById(id), inner = frame.contentDocument;
    const there = clicked && row.classList.contains("selected") && inner?.location.href.endsWith("/" + file) && inner.readyState == "complete" && shown(frame);
    const now = there ? words(inner) : [];
    seen = `${inner?.location.href} ${inner?.readyState} ${row.className} ${now.length} ${inner?.querySelectorAll("*").length}`;
    if (!now.length) {
      if (Date.now() - clicked > 3000) { row.querySelector(".name").click(); clicked = Date.now(); }
      return null;
    }
    same = JSON.stringify(now) == last ? same + 1 : 0;
    last = JSON.stringify(now);
    return same >= 5 && now;
  });
}
