// Single keys, for people whose hands stay on the keyboard. They can be switched off where they are listed.
const dialog = document.getElementById("shortcuts");
const use = dialog.querySelector("[data-use-keys]");
const player = (act) => document.dispatchEvent(new CustomEvent("studio:player", { detail: act }));

const KEYS = {
  n: () => document.querySelector("[data-key-new]")?.click(),
  "/": () => document.querySelector("[data-find]")?.focus(),
  " ": () => player("toggle"),
  j: () => player("next"),
  k: () => player("previous"),
  "[": () => player("back"),
  "]": () => player("forward"),
  "?": () => dialog.showModal(),
};

const TYPING = "input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";
const PRESSED_BY_SPACE = "button, a, summary, input, video, [role=slider]";

document.addEventListener("keydown", (event) => {
  const act = KEYS[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest(TYPING) || dialog.open || (!use.checked && event.key !== "?")) return;
  if (event.key === " " && (event.target.closest(PRESSED_BY_SPACE) || !document.querySelector("[data-play], [data-player]:not([hidden])"))) return;
  event.preventDefault();
  act();
});

use.checked = localStorage.getItem("keys") !== "off";
use.addEventListener("change", () => localStorage.setItem("keys", use.checked ? "on" : "off"));
