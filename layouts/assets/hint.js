// One line in the language that the reader's browser asks for, when the page
// exists in it; never a jump. It is put in while the page is read, before the
// first paint, so that nothing moves; so this script is no module.
{
  const root = document.documentElement;
  const closed = () => { try { return sessionStorage.getItem("no-hint"); } catch { return null; } };
  const asked = navigator.languages.map((l) => l.split("-")[0]);
  const put = (header) => {
    for (const lang of asked) {
      const link = header.querySelector(`.lang a[hreflang="${lang}"][data-hint]`);
      if (!link) continue;
      const bar = document.createElement("aside");
      bar.className = "hint-bar";
      bar.lang = link.lang;
      bar.dir = link.dir;
      bar.setAttribute("aria-label", link.textContent);
      const to = document.createElement("a");
      to.href = link.href;
      to.hreflang = link.lang;
      to.textContent = link.dataset.hint;
      const close = document.createElement("button");
      close.className = "tool";
      close.type = "button";
      close.textContent = link.dataset.close;
      close.onclick = () => {
        try { sessionStorage.setItem("no-hint", "1"); } catch { /* then it comes back */ }
        bar.remove();
      };
      bar.append(to, close);
      header.after(bar);
      return;
    }
  };
  if (!asked.includes(root.lang.split("-")[0]) && !closed()) {
    new MutationObserver((_, observer) => { // the header is whole when what follows it is there
      if (!document.querySelector(".page")) return;
      observer.disconnect();
      put(document.querySelector(".top"));
    }).observe(root, { childList: true, subtree: true });
  }
}
