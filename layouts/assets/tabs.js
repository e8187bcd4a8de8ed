// Tabs, as the ARIA Authoring Practices have them. Without a script all parts
// stand below each other, each under its name. What was chosen last holds on
// other pages of the site too.

export function run(boxes, kept) {
  const choosers = [];
  let chosen = (kept.get("tab") ?? "").split("\n").filter(Boolean);
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
      if (n === i) parts[n].removeAttribute("hidden");
      else parts[n].setAttribute("hidden", "until-found"); // the browser's own search looks there
    });
    const named = (names) => {
      const i = names.map((name) => buttons.findIndex((button) => button.textContent === name)).find((n) => n >= 0);
      if (i !== undefined) choose(i);
    };
    const pick = (i) => {
      const name = buttons[i].textContent;
      chosen = [name, ...chosen.filter((other) => other !== name)].slice(0, 9);
      kept.set("tab", chosen.join("\n"));
      const top = list.getBoundingClientRect().top;
      for (const other of choosers) other([name]);
      scrollBy({ top: list.getBoundingClientRect().top - top, behavior: "instant" }); // where parts above changed
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
      if (at < 0 || to === undefined || e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
      e.preventDefault();
      pick((to + buttons.length) % buttons.length);
    });
    parts.forEach((part, i) => {
      part.addEventListener("beforematch", () => choose(i));
      part.addEventListener("reveal", () => choose(i));
    });
    box.prepend(list);
    choosers.push(named);
    choose(0);
    named(chosen);
  }
  // What a link leads to is shown, in whichever part of whichever tabs it stands.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.closest(".tab[hidden]")) return;
    for (let part = target.closest(".tab"); part; part = part.parentElement.closest(".tab")) part.dispatchEvent(new Event("reveal"));
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();
}
