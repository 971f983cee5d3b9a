/* Two comforts; every page works without them: the reader's name is kept, and news is announced. */
"use strict";

const KEY = "sandbox-reader";

for (const field of document.querySelectorAll("[data-name]")) {
  field.value = localStorage.getItem(KEY) || field.value;
  field.addEventListener("change", () => localStorage.setItem(KEY, field.value));
}

const news = document.getElementById("news");
let known = null;

async function look() {
  if (document.hidden || news.childElementCount) return;
  try {
    const { changes } = await (await fetch("/_changes")).json();
    if (known !== null && changes !== known) announce();
    known = changes;
  } catch {
    /* The sandbox has been stopped; it may come back. */
  }
}

function announce() {
  const button = document.createElement("button");
  button.textContent = news.dataset.show;
  button.addEventListener("click", () => location.reload());
  news.append(`${news.dataset.words} `, button);
}

setInterval(look, 3000);
look();
