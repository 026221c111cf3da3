// SPDX-License-Identifier: Apache-2.0
// Checks of what a page shows now: each returns a list of complaints.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  // All elements below the parts of the page that are shown: most are in tabs that are not.
  const parts = () => all("body > *:not(main), main > section").filter((each) => each.checkVisibility());
  const shown = (selector) => parts().flatMap((each) => [...each.querySelectorAll(selector)]);
  const name = (element) => {
    const place = element.closest("[id]");
    const text = (element.textContent || "").trim().slice(0, 40);
    return `${element.tagName.toLowerCase()}.${element.getAttribute("class") || ""} in #${place ? place.id : ""}: ${text}`;
  };
  const seen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) &&
    element.getBoundingClientRect().width > 0 && !element.closest(".skip, thead");

  // Nothing goes beyond the window, and the page has no bar for that.
  function overflow() {
    const wide = document.documentElement.clientWidth;
    const beyond = shown("*").filter((each) => !each.closest("svg") && seen(each))
      .filter((each) => each.getBoundingClientRect().right > wide + 1 || each.getBoundingClientRect().left < -1);
    const scrolls = document.documentElement.scrollWidth > wide ? [`the page is ${document.documentElement.scrollWidth} wide`] : [];
    return [...scrolls, ...beyond.slice(0, 5).map(name)];
  }

  // No text is cut off by the edge of its box, or by that of its picture.
  function clipped() {
    const boxes = shown("*").filter((each) => !each.closest("svg, select, input") && seen(each))
      .filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX !== "visible");
    const texts = shown("svg text").filter(seen).filter((each) => {
      const text = each.getBoundingClientRect();
      const picture = each.closest("svg").getBoundingClientRect();
      return text.left < picture.left - 1 || text.right > picture.right + 1 || text.bottom > picture.bottom + 1;
    });
    const cells = shown("td, th").filter(seen).filter((each) => each.scrollWidth > each.clientWidth + 1);
    return [...boxes, ...texts, ...cells].slice(0, 5).map(name);
  }

  // Text stands out from what is behind it.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colours = new Map();
  function rgba(colour) {
    if (!colours.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      colours.set(colour, [...canvas.getImageData(0, 0, 1, 1).data]);
    }
    return colours.get(colour);
  }
  function behind(element) {
    for (let part = element; part; part = part.parentElement) {
      const colour = rgba(getComputedStyle(part).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  }
  function luminance([r, g, b]) {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  }
  function ratio(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }
  function contrast() {
    const found = [];
    for (const element of shown("*")) {
      const text = [...element.childNodes].some((each) => each.nodeType === Node.TEXT_NODE && each.data.trim());
      if (!text || !seen(element) || element.closest("title, b[style]")) continue;
      const style = getComputedStyle(element);
      const picture = element.closest("svg");
      const before = picture && element.previousElementSibling;
      const cell = before && before.matches(".map rect") ? rgba(getComputedStyle(before).fill) : behind(picture ? picture.parentElement : element);
      const value = ratio(rgba(picture ? style.fill : style.color), cell);
      if (value < 4.5) found.push(`${value.toFixed(2)} ${name(element)}`);
    }
    return found.slice(0, 5);
  }

  // Ids are unique, links lead somewhere, headings are in order, and headers and pictures say what they are.
  function structure() {
    const ids = all("[id]").map((each) => each.id);
    const twice = ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `id ${id} is there twice`);
    const known = new Set(ids);
    const dead = all("a[href^='#']").filter((each) => !known.has(decodeURIComponent(each.hash.slice(1)))).map((each) => `${each.hash} leads nowhere`);
    const levels = all("h1, h2, h3, h4, h5, h6").map((each) => Number(each.tagName[1]));
    const jumps = levels.filter((level, place) => level > (levels[place - 1] || 0) + 1).map((level) => `a heading h${level} skips a level`);
    const scopes = all("th:not([scope])").map((each) => `no scope: ${name(each)}`);
    const pictures = all("svg").filter((each) => each.getAttribute("role") !== "img" || !each.getAttribute("aria-label")).map((each) => `no text: ${name(each)}`);
    const nameless = all("input, select, nav").filter((each) => !each.getAttribute("aria-label")).map(name);
    return [...twice, ...dead, ...jumps, ...scopes, ...pictures, ...nameless].slice(0, 9);
  }

  window.checks = { overflow, clipped, contrast, structure };
})();
