"use strict";
// What the page can do with a script: tables sort and are copied, lines go off and on, points speak.
(() => {
  const make = (name, text, parent) => {
    const element = document.createElement(name);
    element.textContent = text;
    if (parent) parent.append(element);
    return element;
  };
  const button = (text, parent) => {
    const element = make("button", text, parent);
    element.type = "button";
    return element;
  };

  // Tables
  const compare = (one, other) => {
    const missing = (one === "") - (other === "");
    if (missing) return missing;
    const numbers = Number(one) - Number(other);
    return Number.isNaN(numbers) ? one.localeCompare(other) : numbers;
  };
  const sort = (table, column, descending) => {
    for (const body of table.tBodies) {
      const lines = [...body.rows].filter((line) => !line.classList.contains("group"));
      const value = (line) => line.cells[column].dataset.value;
      lines.sort((one, other) => {
        const order = compare(value(one), value(other));
        const last = value(one) === "" || value(other) === "";
        return descending && !last ? -order : order;
      });
      body.append(...lines);
    }
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      if (place === column) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", text, document.body);
      area.focus();
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  for (const data of document.querySelectorAll(".data")) {
    const table = data.querySelector("table");
    const tools = data.querySelector(".tools");
    const lines = () => [...table.rows].filter((line) => !line.classList.contains("group"));
    const copier = button("Copy", null);
    tools.prepend(copier);
    copier.addEventListener("click", async () => {
      const words = (cell) => [...(cell.querySelector("button") ?? cell).childNodes]
        .map((node) => node.textContent.trim()).filter(Boolean).join(" ");
      const text = (cell) => cell.dataset.value ?? words(cell);
      await copy(lines().map((line) => [...line.cells].map(text).join("\t")).join("\n"));
      copier.textContent = "Copied";
      setTimeout(() => { copier.textContent = "Copy"; }, 1500);
    });
    if (table.classList.contains("confusion")) continue;
    const label = make("label", "Sort by ", null);
    const choice = make("select", "", label);
    make("option", "the order of the page", choice).value = "";
    tools.prepend(label);
    const first = [...table.tBodies].map((body) => [...body.rows]);
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      const sorter = button("", null);
      sorter.append(...head.childNodes);
      head.append(sorter);
      const name = [...sorter.children].map((part) => part.textContent).join(", ");
      make("option", name, choice).value = place;
      sorter.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        sort(table, place, before ? before === "ascending" : head.classList.contains("number"));
      });
    });
    choice.addEventListener("change", () => {
      if (choice.value) {
        const place = Number(choice.value);
        sort(table, place, table.tHead.rows[0].cells[place].classList.contains("number"));
      } else {
        first.forEach((rows, place) => table.tBodies[place].append(...rows));
        for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
      }
    });
  }

  // Files to download: unpacked, and PNG drawn from SVG
  const unpack = (link) => {
    const content = Uint8Array.from(atob(link.href.split(",")[1]), (letter) => letter.charCodeAt(0));
    const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };
  const save = (name, address) => {
    const link = make("a", "", document.body);
    link.download = name;
    link.href = address;
    link.click();
    link.remove();
  };
  const draw = async (svg) => {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    await image.decode();
    const canvas = make("canvas", "", null);
    const scale = 300 / 96;
    canvas.width = scale * image.naturalWidth;
    canvas.height = scale * image.naturalHeight;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/png");
  };
  for (const link of window.DecompressionStream ? document.querySelectorAll("a[data-type]") : []) {
    link.download = link.download.replace(/\.gz$/, "");
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      save(link.download, `data:${link.dataset.type},${encodeURIComponent(await unpack(link))}`);
    });
    if (link.dataset.type !== "image/svg+xml") continue;
    const drawer = button("PNG", null);
    link.before(drawer, " · ");
    drawer.addEventListener("click", async () => {
      save(link.download.replace(/svg$/, "png"), await draw(await unpack(link)));
    });
  }

  // Lines of figures
  const switches = [...document.querySelectorAll("[data-switch]")];
  for (const place of switches) {
    const toggle = button("", null);
    toggle.append(...place.childNodes);
    toggle.setAttribute("aria-pressed", "true");
    place.append(toggle);
    toggle.addEventListener("click", () => {
      const key = place.dataset.switch;
      const on = toggle.getAttribute("aria-pressed") !== "true";
      for (const other of switches) {
        if (other.dataset.switch === key) other.firstChild.setAttribute("aria-pressed", String(on));
      }
      for (const part of document.querySelectorAll(`[data-series="${key}"]`)) {
        part.classList.toggle("off", !on);
      }
    });
  }

  // Points of figures
  const tip = make("div", "", document.body);
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  const say = (point) => {
    for (const other of document.querySelectorAll(".here")) other.classList.remove("here");
    tip.hidden = !point;
    if (!point) return;
    point.classList.add("here");
    tip.textContent = point.dataset.tip;
    const box = point.getBoundingClientRect();
    const width = tip.offsetWidth;
    tip.style.left = `${Math.max(4, Math.min(box.left + 12, document.documentElement.clientWidth - width - 4))}px`;
    tip.style.top = `${Math.max(4, box.top - tip.offsetHeight - 4)}px`;
  };
  for (const plot of document.querySelectorAll(".plot")) {
    const points = [...plot.querySelectorAll(".hits circle")];
    for (const point of points) {
      point.dataset.tip = point.textContent;
      point.replaceChildren();
      point.addEventListener("pointerenter", () => say(point));
      point.addEventListener("pointerleave", () => say(null));
    }
    plot.addEventListener("blur", () => say(null));
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const shown = points.filter((point) => !point.classList.contains("off"));
      if (event.key === "Escape") say(null);
      if (!step || !shown.length) return;
      event.preventDefault();
      const now = shown.findIndex((point) => point.classList.contains("here"));
      say(shown[now < 0 ? (step > 0 ? 0 : shown.length - 1) : (now + step + shown.length) % shown.length]);
    });
  }
})();
