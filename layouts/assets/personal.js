// Settings for one address. The address stays in this page, or, when the
// reader asks for it, in this tab (sessionStorage). It goes nowhere else: the
// page's connect-src 'none' sees to that. A password is never asked.

const KEY = "address";

// parse gives a typed address: what stands before the @ as it was typed, the
// domain in the form that servers use (ASCII, lower case). Instead of an
// address it can give the name of what is wrong: empty, at or domain. The
// rules are those of forms.Address, except that letters outside ASCII may stand
// before the @: only the QR code cannot hold those.
export function parse(typed) {
  const text = typed.trim();
  if (!text) return "empty";
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const ascii = /^[\x21-\x7e]*$/.test(local);
  if (at < 1 || at === text.length - 1 || local.length > 64) return "at";
  if (!/^[^\s"(),:;<>@[\\\].]+(\.[^\s"(),:;<>@[\\\].]+)*$/.test(local)) return "at";
  let domain = text.slice(at + 1);
  try {
    domain = /[/?#:%\\\s]/.test(domain) ? "" : new URL(`https://${domain}`).hostname;
  } catch {
    domain = "";
  }
  if (domain.length > 253 || !/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?=\d*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(domain)) return "domain";
  return { local, domain, address: `${local}@${domain}`, ascii, idn: /(^|\.)xn--/.test(domain) };
}

const username = (form, who) => ({ address: who.address, "local-part": who.local, "local.domain": `${who.local}.${who.domain}` })[form] ?? "";

// host gives the name of a server, which may depend on the reader's domain
// (EmailDomain of the Go package mail).
const host = (s, who) => s.host.replace("%EMAILDOMAIN%", () => who.domain);

// payload is the format that Thunderbird for Android imports, version 1; the
// numbers are explained in the documentation of the Go package forms, whose
// Account has the two servers.
export function payload({ incoming, outgoing }, who, name = "") {
  const server = (s) => [s.protocol, host(s, who), s.port, s.security, s.authentication, username(s.username, who)];
  return JSON.stringify([1, [1, 1], server(incoming), [[server(outgoing), [who.address, name]]]]);
}

// uuid5 gives a name's version 5 UUID (RFC 9562) in a namespace.
async function uuid5(namespace, name) {
  const space = namespace.match(/[0-9a-f]{2}/gi).map((h) => parseInt(h, 16));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", new Uint8Array([...space, ...new TextEncoder().encode(name)]))).slice(0, 16);
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return [...hash].map((b, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + b.toString(16).padStart(2, "0")).join("").toUpperCase();
}

const escape = (s) => s.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
const plist = (v) => {
  if (typeof v === "boolean") return v ? "<true/>" : "<false/>";
  if (typeof v === "number") return `<integer>${v}</integer>`;
  if (Array.isArray(v)) return `<array>${v.map(plist).join("")}</array>`;
  if (typeof v === "object") return `<dict>${Object.entries(v).map(([k, x]) => `<key>${k}</key>${plist(x)}`).join("")}</dict>`;
  return `<string>${escape(v)}</string>`;
};

// profile gives an Apple configuration profile for the address. Identifier and
// UUID follow from the address and the protocol alone, so that installing it
// again replaces the account instead of adding one.
export async function profile(protocol, { incoming, outgoing }, who, organization) {
  const kind = protocol.toUpperCase();
  const space = await uuid5("6ba7b8109dad11d180b400c04fd430c8", who.domain); // in the DNS namespace
  const id = `${who.domain.split(".").reverse().join(".")}.mail.${protocol}.${(await uuid5(space, who.address)).slice(0, 8).toLowerCase()}`;
  const account = {
    PayloadType: "com.apple.mail.managed",
    PayloadVersion: 1,
    PayloadIdentifier: `${id}.account`,
    PayloadUUID: await uuid5(space, `mobileconfig/${protocol}/account/${who.address}`),
    PayloadDisplayName: `E-mail (${kind})`,
    EmailAccountType: `EmailType${kind}`,
    EmailAccountDescription: who.address,
    EmailAddress: who.address,
    OutgoingPasswordSameAsIncomingPassword: true,
  };
  for (const [side, s] of [["Incoming", incoming], ["Outgoing", outgoing]]) {
    account[`${side}MailServerHostName`] = host(s, who);
    account[`${side}MailServerPortNumber`] = s.port;
    account[`${side}MailServerUseSSL`] = true;
    account[`${side}MailServerAuthentication`] = s.authentication;
    const name = username(s.username, who);
    if (name) account[`${side}MailServerUsername`] = name;
  }
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">${plist({
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: id,
    PayloadUUID: await uuid5(space, `mobileconfig/${protocol}/profile/${who.address}`),
    PayloadDisplayName: `${who.address} (${kind})`,
    PayloadOrganization: organization,
    PayloadContent: [account],
  })}</plist>
`;
}

// parted gives a text that may go on on the next line behind its @.
function parted(text) {
  const at = text.lastIndexOf("@") + 1;
  return [text.slice(0, at), document.createElement("wbr"), text.slice(at)];
}

// everywhere fills in user names in the settings tables and in the text, or
// takes them out again when there is no address. A name that is filled in can
// be copied.
function everywhere(who) {
  for (const e of document.querySelectorAll("[data-personal]")) {
    e.was ??= [...e.childNodes];
    const name = who && username(e.dataset.personal, who);
    e.replaceChildren(...(name ? parted(name) : e.was));
    e.classList.toggle("mine", Boolean(name));
    const copy = e.nextElementSibling;
    if (copy?.matches(".copy")) copy.hidden = !name;
  }
}

// mark gives what a page knows a domain by, see Directive.DomainMarks of the Go
// package layout; "" where the browser does not reckon it (a page without https).
async function mark(domain) {
  if (!globalThis.crypto?.subtle) return "";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(domain)));
  return btoa(String.fromCharCode(...hash.slice(0, 6))).replaceAll("+", "-").replaceAll("/", "_");
}

// start brings one form to life. It gives what empties it again. With several
// mail products it shows that of the address's domain, or lets the reader
// choose where the domain is in none.
function start(box, say, kept, clear) {
  const form = box.querySelector("form");
  const field = form.elements.address;
  const remember = form.elements.remember;
  const error = box.querySelector(".error");
  const products = [...box.querySelectorAll(".own")];
  const which = box.querySelector(".which");
  let own = products[0];
  let who;

  // known gives the product of a domain, where the page knows it.
  async function known(domain) {
    if (!which) return own;
    const m = await mark(domain);
    return products.find((p) => m && p.dataset.domains.split(" ").includes(m));
  }

  const account = () => JSON.parse(own.dataset.accounts).find((a) => a.protocol === own.querySelector(":checked").value);

  async function show() {
    const { protocol, profile: device, qr: phone } = account();
    for (const table of own.querySelectorAll("[data-own]")) table.hidden = ![protocol, "smtp"].includes(table.dataset.own);
    own.querySelector("h3").replaceChildren(...parted(box.dataset.title.replace("{address}", () => who.address)));
    own.querySelector(".idn").hidden = !who.idn;
    const ways = own.querySelector(".ways"); // what is offered at all is there
    const apple = own.querySelector(".profile");
    if (apple) apple.hidden = !device;
    products.forEach((p) => (p.hidden = p !== own));

    if (ways) ways.hidden = !device && !phone;
    const code = own.querySelector(".qr");
    if (!code) return;
    code.hidden = !phone;
    code.querySelector(".ascii").hidden = who.ascii;
    code.querySelector("svg")?.remove();
    if (!phone || !who.ascii) return;
    const { qr } = await import("./qr.js");
    code.querySelector("svg")?.remove();
    try {
      code.append(qr(payload(phone, who), code.dataset.alt));
    } catch {
      code.hidden = true; // more than fits into a code
    }
  }

  async function download() {
    const { protocol, profile: device } = account();
    const text = await profile(protocol, device, who, box.dataset.organization);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/x-apple-aspen-config" }));
    link.download = `${who.address}-${protocol}.mobileconfig`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  function fail(kind) {
    error.textContent = kind ? box.dataset[kind] : "";
    if (kind) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  async function fill(announce) {
    const got = parse(field.value);
    if (typeof got === "string") {
      fail(got);
      field.focus();
      return;
    }
    fail("");
    who = got;
    store();
    everywhere(who);
    const product = await known(who.domain);
    if (who !== got) return; // another address was typed meanwhile
    if (which) {
      which.hidden = Boolean(product);
      which.querySelectorAll("input").forEach((e) => (e.checked = false));
    }
    if (!product) {
      products.forEach((p) => (p.hidden = true));
      if (announce) which.querySelector("input").focus();
      return;
    }
    own = product;
    await show();
    if (!announce) return;
    say(box.dataset.done.replace("{address}", () => who.address));
    own.querySelector("h3").focus();
  }

  // choose shows the product that the reader says to have.
  async function choose(event) {
    own = products[event.target.value];
    await show();
    say(box.dataset.done.replace("{address}", () => who.address));
  }

  function store() {
    if (remember.checked && who) kept.set(KEY, who.address);
    else kept.remove(KEY);
  }

  function empty() {
    who = undefined;
    form.reset();
    fail("");
    products.forEach((p) => (p.hidden = true));
    if (which) which.hidden = true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fill(true);
  });
  field.addEventListener("input", () => fail(""));
  remember.addEventListener("change", store);
  which?.addEventListener("change", choose);
  for (const p of products) {
    p.addEventListener("change", show);
    p.querySelector("[data-profile]")?.addEventListener("click", download);
    p.querySelector("[data-clear]").addEventListener("click", () => {
      clear();
      say(box.dataset.cleared);
      field.focus();
    });
  }
  box.hidden = false;
  const before = kept.get(KEY);
  if (before) {
    field.value = before;
    remember.checked = true;
    fill(false);
  }
  return empty;
}

// run begins on a page; say announces to screen readers, kept is the tab's
// storage.
export function run(say, kept) {
  const boxes = document.querySelectorAll(".personal");
  const empty = [];
  const clear = () => {
    kept.remove(KEY);
    empty.forEach((e) => e());
    everywhere();
  };
  for (const box of boxes) empty.push(start(box, say, kept, clear));
  const who = parse(kept.get(KEY) ?? "");
  if (!boxes.length && typeof who !== "string") everywhere(who);
}
