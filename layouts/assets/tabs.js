// Tabs, as the ARIA Authoring Practices have them. Without a script all parts
// stand below each other, each under its name. The choice holds for the tab of
// the browser, on other pages too.

export function run(boxes, kept) {
  const choosers = [];
  for (const box of boxes) {
    const parts = [...box.querySelectorAll(":scope > .tab")];
    const list = document.createElement("div");
    list.className = "tablist";
    list.setAttribute("role", "tablist");
    const buttons = parts.map((part) => {
      const name = part.querySelector(".tab-name");
      const button = document.createElement("button");
      button.type = "button";
      button.id = name.id + "-tab";
      button.textContent = name.textContent;
      button.setAttribute("role", "tab");
      part.id = name.id + "-panel";
      part.setAttribute("role", "tabpanel");
      part.setAttribute("aria-labelledby", button.id);
      part.tabIndex = 0;
      button.setAttribute("aria-controls", part.id);
      list.append(button);
      return button;
    });
    const choose = (i) => buttons.forEach((button, n) => {
      button.setAttribute("aria-selected", n === i);
      button.tabIndex = n === i ? 0 : -1;
      parts[n].hidden = n !== i;
    });
    const named = (name) => {
      const i = buttons.findIndex((button) => button.textContent === name);
      if (i >= 0) choose(i);
    };
    const pick = (i) => {
      kept.set("tab", buttons[i].textContent);
      for (const other of choosers) other(buttons[i].textContent);
      buttons[i].focus();
    };
    list.addEventListener("click", (e) => {
      const i = buttons.indexOf(e.target);
      if (i >= 0) pick(i);
    });
    list.addEventListener("keydown", (e) => {
      const at = buttons.indexOf(e.target), last = buttons.length - 1;
      const rtl = getComputedStyle(list).direction === "rtl";
      const to = { ArrowRight: rtl ? at - 1 : at + 1, ArrowLeft: rtl ? at + 1 : at - 1, Home: 0, End: last }[e.key];
      if (at < 0 || to === undefined) return;
      e.preventDefault();
      pick((to + buttons.length) % buttons.length);
    });
    box.prepend(list);
    choosers.push(named);
    choose(0);
    named(kept.get("tab"));
  }
  // What a link leads to is shown, in whichever part it stands.
  function reveal() {
    const part = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest(".tab[hidden]");
    if (!part) return;
    document.getElementById(part.getAttribute("aria-labelledby"))?.click();
  }
  addEventListener("hashchange", reveal);
  reveal();
}
