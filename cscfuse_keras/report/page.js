"use strict";

// Sorting: a click on a heading sorts its table's rows, and the pictures alike.

const rowsOf = (table) => [...table.tBodies[0].rows];

function compare(a, b) {
  if (a.dataset.value === undefined) return a.textContent.localeCompare(b.textContent, undefined, { numeric: true });
  return Number(a.dataset.value.replace("inf", "Infinity")) - Number(b.dataset.value.replace("inf", "Infinity"));
}

function sortBy(heading) {
  const table = heading.closest("table");
  const first = heading.dataset.first ?? "ascending";
  const other = first === "ascending" ? "descending" : "ascending";
  const order = heading.ariaSort === first ? other : first;
  for (const one of heading.parentElement.cells) one.ariaSort = one === heading ? order : "none";
  const cellOf = (row) => row.cells[heading.cellIndex];
  const sign = order === "ascending" ? 1 : -1;
  const isEmpty = (row) => cellOf(row).dataset.value === "";
  const rows = rowsOf(table).sort(
    (a, b) => isEmpty(a) - isEmpty(b) || (isEmpty(a) ? 0 : sign * compare(cellOf(a), cellOf(b))),
  );
  table.tBodies[0].append(...rows);
  const names = new Set(rows.map((row) => row.dataset.item).filter(Boolean));
  const sections = [...names].map((name) => document.getElementById(name)).filter(Boolean);
  document.getElementById("strips")?.append(...sections);
}

for (const button of document.querySelectorAll("thead th button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
}

// The viewer: two pictures of an item on each other, the right one uncovered from the wipe's line on.

const element = Object.fromEntries([...document.querySelectorAll("dialog [id], dialog")].map((one) => [one.id, one]));
const MOST_ZOOM = 32;
const LEAST_ZOOM = 1 / 16;
const WHEEL_STEP = 100;

let item = null; // The section on view.
let zoom = "fit"; // Screen pixels a picture's pixel, or "fit".
let size = { width: 1, height: 1 }; // Of the largest of the item's pictures.
let wheelTravel = 0;

const links = (section) => [...section.querySelectorAll("a")];
const titleOf = (link) => link.querySelector("span").textContent;

function show(section, left, right) {
  item = section;
  const images = links(section).map((link) => link.querySelector("img"));
  const largest = images.reduce((a, b) => (a.width * a.height >= b.width * b.height ? a : b));
  size = { width: Number(largest.getAttribute("width")), height: Number(largest.getAttribute("height")) };
  element["viewer-name"].textContent = section.querySelector("h3").textContent;
  const titles = links(section).map(titleOf);
  for (const [select, index] of [[element.left, left], [element.right, right]]) {
    select.replaceChildren(...titles.map((title) => new Option(title)));
    select.selectedIndex = Math.min(index, titles.length - 1);
  }
  const sections = [...section.parentElement.children];
  element.previous.disabled = section === sections.at(0);
  element.next.disabled = section === sections.at(-1);
  showPictures();
}

function showPictures() {
  for (const side of ["left", "right"]) {
    const image = links(item)[element[side].selectedIndex].querySelector("img");
    element[`${side}-picture`].src = image.src;
    element[`${side}-picture`].alt = image.alt;
  }
  layOut();
}

const fitZoom = () => {
  const room = Math.min(element.view.clientWidth / size.width, element.view.clientHeight / size.height);
  const fitting = room * devicePixelRatio;
  return fitting > 1 ? Math.floor(fitting) : fitting; // Whole multiples enlarge all pixels alike.
};

const zoomNumber = () => (zoom === "fit" ? fitZoom() : zoom);

function layOut() {
  const scale = zoomNumber();
  element.sheet.style.width = `${(size.width * scale) / devicePixelRatio}px`;
  element.sheet.style.height = `${(size.height * scale) / devicePixelRatio}px`;
  element.sheet.classList.toggle("pixels", scale > 1);
  element.zoom.textContent = `${Math.round(scale * 100)} %`;
  element.fit.ariaPressed = zoom === "fit";
  element.one.ariaPressed = scale === 1;
  placeWipe();
}

// The part of the view that the sheet covers, from left to right.
function visible() {
  const view = element.view.getBoundingClientRect();
  const sheet = element.sheet.getBoundingClientRect();
  return { left: Math.max(view.left, sheet.left), right: Math.min(view.right, sheet.right), view, sheet };
}

function placeWipe() {
  const { left, right, view, sheet } = visible();
  const x = left + (right - left) * Number(element.wipe.value);
  element["right-picture"].style.clipPath = `inset(0 0 0 ${x - sheet.left}px)`;
  element.line.style.left = `${x - view.left}px`;
  element.line.hidden = element.left.selectedIndex === element.right.selectedIndex;
}

function wipeTo(clientX) {
  const { left, right } = visible();
  element.wipe.value = (clientX - left) / (right - left);
  placeWipe();
}

// Zoom about a point of the screen, or about the middle of the view.
function zoomTo(value, clientX, clientY) {
  const view = element.view.getBoundingClientRect();
  const x = clientX ?? view.left + view.width / 2;
  const y = clientY ?? view.top + view.height / 2;
  const before = element.sheet.getBoundingClientRect();
  zoom = value === "fit" ? value : Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, value));
  layOut();
  const after = element.sheet.getBoundingClientRect();
  element.stage.scrollLeft += after.left + ((x - before.left) / before.width) * after.width - x;
  element.stage.scrollTop += after.top + ((y - before.top) / before.height) * after.height - y;
  placeWipe();
}

// To the next power of two above or below.
function zoomStep(step, clientX, clientY) {
  const power = Math.log2(zoomNumber());
  zoomTo(2 ** (step > 0 ? Math.floor(power + 1e-6) + 1 : Math.ceil(power - 1e-6) - 1), clientX, clientY);
}

function goTo(section) {
  if (section) show(section, element.left.selectedIndex, element.right.selectedIndex);
}

const wipeBy = (step) => {
  element.wipe.value = Number(element.wipe.value) + step;
  placeWipe();
};
const moveBy = (x, y) => element.stage.scrollBy(x * element.view.clientWidth, y * element.view.clientHeight);

const KEYS = {
  ArrowLeft: () => wipeBy(-0.02),
  ArrowRight: () => wipeBy(0.02),
  Home: () => wipeBy(-1),
  End: () => wipeBy(1),
  "+": () => zoomStep(1),
  "=": () => zoomStep(1),
  "-": () => zoomStep(-1),
  0: () => zoomTo("fit"),
  1: () => zoomTo(1),
  w: () => moveBy(0, -0.2),
  a: () => moveBy(-0.2, 0),
  s: () => moveBy(0, 0.2),
  d: () => moveBy(0.2, 0),
  n: () => goTo(item.nextElementSibling),
  p: () => goTo(item.previousElementSibling),
};

function open(link) {
  const section = link.closest("section");
  const clicked = links(section).indexOf(link);
  element.viewer.showModal();
  zoom = "fit";
  element.wipe.value = 0.5;
  show(section, clicked === 0 ? 1 : 0, clicked);
  element.wipe.focus();
}

document.getElementById("strips")?.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});

if (element.viewer) {
  element.close.addEventListener("click", () => element.viewer.close());
  element.viewer.addEventListener("close", () => links(item)[element.right.selectedIndex].focus());
  element.previous.addEventListener("click", KEYS.p);
  element.next.addEventListener("click", KEYS.n);
  element.fit.addEventListener("click", KEYS[0]);
  element.one.addEventListener("click", KEYS[1]);
  element.in.addEventListener("click", KEYS["+"]);
  element.out.addEventListener("click", KEYS["-"]);
  element.left.addEventListener("change", showPictures);
  element.right.addEventListener("change", showPictures);
  element.wipe.addEventListener("input", placeWipe);
  element.stage.addEventListener("scroll", placeWipe);
  new ResizeObserver(layOut).observe(element.view);

  element.viewer.addEventListener("keydown", (event) => {
    if (event.target.matches("select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  const dragLine = (event) => {
    if (element.line.hasPointerCapture(event.pointerId)) wipeTo(event.clientX);
  };
  element.line.addEventListener("pointerdown", (event) => element.line.setPointerCapture(event.pointerId));
  element.line.addEventListener("pointermove", dragLine);

  // Fingers scroll the stage by themselves.
  element.stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0) element.stage.setPointerCapture(event.pointerId);
  });
  element.stage.addEventListener("pointermove", (event) => {
    if (element.stage.hasPointerCapture(event.pointerId)) element.stage.scrollBy(-event.movementX, -event.movementY);
  });
  element.stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      wheelTravel += event.deltaY;
      if (Math.abs(wheelTravel) < WHEEL_STEP) return;
      zoomStep(-Math.sign(wheelTravel), event.clientX, event.clientY);
      wheelTravel = 0;
    },
    { passive: false },
  );
}
