// Without this the page lacks its search box and opens the menu of no route by itself; everything else is there.
const menu = document.querySelector("nav");
const box = document.createElement("input");
box.type = "search";
box.placeholder = "Search routes (press /)";
box.setAttribute("aria-label", "Search routes");
menu.querySelector("a").after(box);
const opened = new Set([...menu.querySelectorAll("details[open]")]);
const narrow = matchMedia("(max-width: 860px)").matches;
if (narrow) for (const part of menu.querySelectorAll("details")) part.open = false;

box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const link of menu.querySelectorAll("li")) {
    link.hidden = !words.every((word) => link.dataset.find.includes(word));
  }
  for (const part of [...menu.querySelectorAll("details")].reverse()) {
    part.hidden = words.length > 0 && !part.querySelector("li:not([hidden])");
    part.open = words.length > 0 ? !part.hidden : opened.has(part) && !narrow;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) {
    event.preventDefault();
    box.focus();
  }
});

// A link to a schema opens it.
const openTarget = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target && target.tagName === "DETAILS") target.open = true;
};
addEventListener("hashchange", openTarget);
openTarget();
