/** A name drawn with a finger or a pen: strokes of whole points, kept as a line of text. */

export const WIDTH = 1000;
export const HEIGHT = 400;
const APART = 6;
const MOST_POINTS = 900;

const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));

/** Collects strokes; points nearer than `APART` to the last one say nothing new. */
export function createStrokes() {
  let strokes = [];
  let points = 0;
  const add = (stroke, x, y) => {
    stroke.push([within(x, WIDTH), within(y, HEIGHT)]);
    points += 1;
  };
  return {
    begin(x, y) {
      if (points >= MOST_POINTS) return;
      strokes.push([]);
      add(strokes.at(-1), x, y);
    },
    /** Whether the point was taken. */
    to(x, y) {
      const stroke = strokes.at(-1);
      const [lastX, lastY] = stroke.at(-1);
      if (points >= MOST_POINTS || Math.hypot(x - lastX, y - lastY) < APART) return false;
      add(stroke, x, y);
      return true;
    },
    clear() {
      strokes = [];
      points = 0;
    },
    strokes: () => strokes,
    text: () => strokes.map((stroke) => stroke.map((point) => point.join(",")).join(" ")).join(";"),
  };
}

function wire(box) {
  const canvas = box.querySelector("canvas");
  const field = box.querySelector("input");
  const said = box.querySelector("[role=status]");
  const pen = canvas.getContext("2d");
  const drawn = createStrokes();
  let down = false;
  box.hidden = false;
  pen.lineWidth = 8;
  pen.lineCap = "round";
  pen.lineJoin = "round";

  const place = (event) => {
    const edge = canvas.getBoundingClientRect();
    return [((event.clientX - edge.left) / edge.width) * WIDTH, ((event.clientY - edge.top) / edge.height) * HEIGHT];
  };
  const show = () => {
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    for (const [first, ...rest] of drawn.strokes()) {
      pen.beginPath();
      pen.moveTo(...first);
      pen.lineTo(...first);
      for (const point of rest) pen.lineTo(...point);
      pen.stroke();
    }
    field.value = drawn.text();
    said.textContent = field.value ? canvas.dataset.signed : canvas.dataset.empty;
  };
  canvas.addEventListener("pointerdown", (event) => {
    down = true;
    canvas.setPointerCapture(event.pointerId);
    drawn.begin(...place(event));
    show();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (down && drawn.strokes().length && drawn.to(...place(event))) show();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (down = false));
  box.querySelector("button").addEventListener("click", () => {
    drawn.clear();
    show();
  });
  field.value = "";
  said.textContent = canvas.dataset.empty;
}

if (typeof document !== "undefined") document.querySelectorAll("[data-signature]").forEach(wire);
