/** Covers faces in a photo before it leaves the phone: black pieces, drawn into a copy; only the copy is sent. */

const LONGEST = 1280;
const USUAL = 0.16;
const SMALLEST = 0.04;
const LARGEST = 0.8;
const STEP = 0.02;
const GROWTH = 1.25;

const between = (value, least, most) => Math.min(most, Math.max(least, value));

/** A piece, in parts of the picture's sides, that lies within it; `high` follows from the picture's shape. */
export function placed(piece, shape) {
  const wide = between(piece.wide, SMALLEST, LARGEST);
  const high = Math.min(1, wide * shape);
  return { x: between(piece.x, 0, 1 - wide), y: between(piece.y, 0, 1 - high), wide, high };
}

/** Pieces over one photo, `shape` being its width by its height. The last one touched is the chosen one. */
export function createCover(shape) {
  let pieces = [];
  let chosen = -1;
  const change = (to) => {
    if (chosen >= 0) pieces[chosen] = placed({ ...pieces[chosen], ...to(pieces[chosen]) }, shape);
  };
  return {
    /** A new piece with its middle there. */
    add(x, y) {
      pieces.push(placed({ x: x - USUAL / 2, y: y - (USUAL * shape) / 2, wide: USUAL }, shape));
      chosen = pieces.length - 1;
    },
    choose(number) {
      chosen = number;
    },
    move(dx, dy) {
      change((piece) => ({ x: piece.x + dx, y: piece.y + dy }));
    },
    /** Larger (1) or smaller (-1) around its middle. */
    grow(direction) {
      change((piece) => {
        const wide = between(piece.wide * GROWTH ** direction, SMALLEST, LARGEST);
        const by = (wide - piece.wide) / 2;
        return { wide, x: piece.x - by, y: piece.y - by * shape };
      });
    },
    remove() {
      if (chosen < 0) return;
      pieces = pieces.filter((_, number) => number !== chosen);
      chosen = pieces.length - 1;
    },
    pieces: () => pieces,
    chosen: () => chosen,
  };
}

/** The size at which a photo is sent, and where the pieces lie on it: whole points, rounded outwards. */
export function onCanvas(pieces, width, height) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  const black = pieces.map((piece) => {
    const [left, top] = [Math.floor(piece.x * wide), Math.floor(piece.y * high)];
    return [left, top, Math.ceil((piece.x + piece.wide) * wide) - left, Math.ceil((piece.y + piece.high) * high) - top];
  });
  return { wide, high, black };
}

function wire(form) {
  const find = (name) => form.querySelector(`[data-cover="${name}"]`);
  const [chooser, stage, canvas, layer, sent, said] = ["chooser", "stage", "canvas", "layer", "sent", "said"].map(find);
  const tools = form.querySelectorAll("[data-tool]");
  const pen = canvas.getContext("2d");
  let photo;
  let cover;
  find("room").hidden = false;

  const draw = () => {
    const { wide, high, black } = onCanvas(cover.pieces(), photo.width, photo.height);
    canvas.width = wide;
    canvas.height = high;
    pen.drawImage(photo, 0, 0, wide, high);
    pen.fillStyle = "#000";
    for (const piece of black) pen.fillRect(...piece);
  };
  const show = (focus) => {
    draw();
    layer.replaceChildren(
      ...cover.pieces().map((piece, number) => {
        const handle = document.createElement("button");
        handle.type = "button";
        handle.className = "cover-piece";
        handle.setAttribute("aria-label", layer.dataset.piece.replace("{number}", number + 1));
        handle.setAttribute("aria-pressed", String(number === cover.chosen()));
        for (const [side, part] of [["left", piece.x], ["top", piece.y], ["width", piece.wide], ["height", piece.high]]) handle.style[side] = `${part * 100}%`;
        handle.addEventListener("focus", () => choose(number));
        return handle;
      }),
    );
    said.textContent = said.dataset.count.replace("{number}", cover.pieces().length);
    for (const tool of tools) tool.disabled = tool.dataset.tool !== "add" && cover.chosen() < 0;
    if (focus && cover.chosen() >= 0) layer.children[cover.chosen()].focus();
  };
  const choose = (number) => {
    if (number === cover.chosen()) return;
    cover.choose(number);
    [...layer.children].forEach((one, other) => one.setAttribute("aria-pressed", String(other === number)));
    for (const tool of tools) tool.disabled = false;
  };
  const acts = {
    add: () => cover.add(0.5, 0.4),
    larger: () => cover.grow(1),
    smaller: () => cover.grow(-1),
    remove: () => cover.remove(),
  };
  for (const tool of tools)
    tool.addEventListener("click", () => {
      acts[tool.dataset.tool]();
      show();
    });
  const steps = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  const keys = { "+": acts.larger, "=": acts.larger, "-": acts.smaller, Delete: acts.remove, Backspace: acts.remove };
  layer.addEventListener("keydown", (event) => {
    if (steps[event.key]) cover.move(...steps[event.key]);
    else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
    show(true);
  });

  let held;
  const at = (event) => {
    const edge = layer.getBoundingClientRect();
    return [(event.clientX - edge.left) / edge.width, (event.clientY - edge.top) / edge.height];
  };
  layer.addEventListener("pointerdown", (event) => {
    const number = [...layer.children].indexOf(event.target);
    held = at(event);
    if (number < 0) cover.add(...held);
    else cover.choose(number);
    layer.setPointerCapture(event.pointerId);
    event.preventDefault();
    show(true);
  });
  layer.addEventListener("pointermove", (event) => {
    if (!held) return;
    const now = at(event);
    cover.move(now[0] - held[0], now[1] - held[1]);
    held = now;
    show(true);
  });
  for (const end of ["pointerup", "pointercancel"]) layer.addEventListener(end, () => (held = undefined));

  chooser.addEventListener("change", async () => {
    const file = chooser.files[0];
    if (!file) return;
    try {
      photo = await createImageBitmap(file);
    } catch {
      said.textContent = said.dataset.unreadable;
      return;
    }
    cover = createCover(photo.width / photo.height);
    stage.hidden = false;
    show();
  });
  form.addEventListener("submit", (event) => {
    if (!photo || form.dataset.drawn) return;
    event.preventDefault();
    draw();
    canvas.toBlob(
      (blob) => {
        const box = new DataTransfer();
        box.items.add(new File([blob], "covered.jpg", { type: "image/jpeg" }));
        sent.files = box.files;
        form.dataset.drawn = "yes";
        form.requestSubmit();
      },
      "image/jpeg",
      0.9,
    );
  });
}

if (typeof document !== "undefined") document.querySelectorAll("form[data-covering]").forEach(wire);
