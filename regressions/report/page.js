// SPDX-License-Identifier: Apache-2.0
// Tabs, deep links, and tables that sort and filter. Without it the page shows all of its sections, one below the other.
"use strict";
(() => {
  const sections = [...document.querySelectorAll("main > section")];
  const links = [...document.querySelectorAll("nav a")];

  const equipped = new Set();

  function show(section) {
    // The tables of a tab are made to sort when it is first seen: the page is there the sooner.
    if (!equipped.has(section)) section.querySelectorAll("table.data").forEach(equip);
    equipped.add(section);
    for (const each of sections) each.classList.toggle("shown", each === section);
    for (const link of links) {
      if (link.hash === "#" + section.id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  // Opens what a link leads to: its tab, and all that is folded around it.
  function follow() {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name && document.getElementById(name);
    const section = target && target.closest("main > section");
    show(section || sections[0]);
    if (!target || target === section) return scrollTo(0, 0);
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
      if (part.hidden) part.hidden = false;
    }
    target.scrollIntoView();
  }

  // What to sort by: the beginning of a cell, as a number where it is one.
  const words = new Intl.Collator("en", { numeric: true });
  function value(row, column) {
    const first = row.cells[column].firstChild;
    const text = first ? first.textContent.trim() : "";
    return { text, number: parseFloat(text.replaceAll("\u202f", "")) };
  }

  function sort(table, column, heads) {
    const head = heads[column];
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, ...value(row, column) }));
    const numeric = head.classList.contains("n");
    const least = (x) => (Number.isNaN(x) ? -Infinity : x);
    rows.sort((a, b) => (numeric ? least(a.number) - least(b.number) || 0 : words.compare(a.text, b.text)));
    if (down) rows.reverse();
    body.append(...rows.map((each) => each.row));
  }

  function filter(table, input, picks, count) {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      row.words ??= row.textContent.toLowerCase();
      const found = words.every((word) => row.words.includes(word)) &&
        picks.every(([column, pick]) => !pick.value || row.cells[column].textContent.trim() === pick.value);
      row.hidden = !found;
      shown += found;
    }
    count.textContent = shown === table.tBodies[0].rows.length ? "" : `${shown} of ${table.tBodies[0].rows.length}`;
  }

  function equip(table) {
    if (!table.tHead) return; // a table of names and values
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) {
      [...row.cells].forEach((cell, column) => {
        const label = heads[column] && heads[column].textContent.trim();
        if (label && cell.tagName === "TD" && cell.textContent.trim()) cell.dataset.label = label;
      });
    }
    if (rows.length < 2) return;
    heads.forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, column, heads));
      head.append(button);
    });
    if (rows.length < 12) return;
    const tools = document.createElement("div");
    tools.className = "tools";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "find";
    input.setAttribute("aria-label", "find in the table below");
    const count = document.createElement("output");
    const picks = [];
    tools.append(input);
    heads.forEach((head, column) => {
      if (!("pick" in head.dataset)) return;
      const values = [...new Set(rows.map((row) => row.cells[column].textContent.trim()))].sort();
      if (values.length < 2 || values.length > 40) return;
      const pick = document.createElement("select");
      const label = head.textContent.trim();
      pick.setAttribute("aria-label", label);
      pick.append(new Option(`any ${label}`, ""), ...values.map((each) => new Option(each, each)));
      picks.push([column, pick]);
      tools.append(pick);
    });
    tools.append(count);
    const update = () => filter(table, input, picks, count);
    input.addEventListener("input", update);
    for (const [, pick] of picks) pick.addEventListener("change", update);
    table.before(tools);
  }

  // Left and right go from tab to tab; a slash goes to the first search field in sight.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = links.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && place >= 0) links[(place + step + links.length) % links.length].focus();
    if (event.key === "/" && !["INPUT", "SELECT"].includes(document.activeElement.tagName)) {
      const input = [...document.querySelectorAll(".tools input")].find((each) => each.offsetParent);
      if (input) {
        event.preventDefault();
        input.focus();
      }
    }
  });

  document.body.classList.add("tabbed");
  addEventListener("hashchange", follow);
  follow();
})();
