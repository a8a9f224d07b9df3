/** Her picture of the day: lanterns over the roofs, and what she did under them. */

const WIDE = 1080;
const HIGH = 1350;
const FONT = 'system-ui, "PingFang SC", "HarmonyOS Sans SC", MiSans, "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif';
const LANTERNS = [
  [190, 210, 1.1],
  [420, 120, 0.8],
  [680, 190, 1.3],
  [900, 110, 0.9],
  [560, 330, 0.7],
  [300, 380, 0.6],
  [850, 370, 0.75],
];

/** A canvas with `lines`: the brand, the market, a large number's sentence, smaller ones, thanks. */
export function paint({ brand, market, large, small, thanks }) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDE;
  canvas.height = HIGH;
  const pen = canvas.getContext("2d");
  sky(pen);
  for (const [x, y, size] of LANTERNS) lantern(pen, x, y, size);
  roofs(pen);
  pen.textAlign = "center";
  write(pen, brand, 500, 44, "#ffd98a");
  write(pen, market, 565, 40, "#c6d1ee");
  let y = 700;
  for (const line of large) y = write(pen, line, y, 84, "#fffdf8", 800) + 30;
  for (const line of small) y = write(pen, line, y + 10, 52, "#ffd98a") + 20;
  write(pen, thanks, 1290, 40, "#ffe9bd");
  return canvas;
}

function sky(pen) {
  const night = pen.createLinearGradient(0, 0, 0, HIGH);
  night.addColorStop(0, "#060b1c");
  night.addColorStop(0.6, "#15244f");
  night.addColorStop(1, "#2f4a94");
  pen.fillStyle = night;
  pen.fillRect(0, 0, WIDE, HIGH);
  pen.fillStyle = "#e2e8f6";
  for (let star = 0; star < 70; star += 1) {
    pen.globalAlpha = 0.25 + ((star * 37) % 60) / 100;
    pen.fillRect((star * 397) % WIDE, (star * 263) % 640, 3, 3);
  }
  pen.globalAlpha = 1;
}

function lantern(pen, x, y, size) {
  pen.save();
  pen.translate(x, y);
  pen.scale(size, size);
  glow(pen);
  pen.strokeStyle = "#9fb1dd";
  pen.lineWidth = 3;
  pen.beginPath();
  pen.moveTo(0, -140 - y);
  pen.lineTo(0, -62);
  pen.stroke();
  const body = pen.createRadialGradient(0, 10, 5, 0, 0, 75);
  for (const [at, colour] of [[0, "#fffbe9"], [0.4, "#ffd98a"], [1, "#e2811c"]]) body.addColorStop(at, colour);
  pen.fillStyle = body;
  pen.beginPath();
  pen.ellipse(0, 0, 62, 52, 0, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = "#834f00";
  pen.fillRect(-26, -64, 52, 14);
  pen.fillRect(-26, 50, 52, 14);
  pen.fillRect(-2, 64, 4, 46);
  pen.restore();
}

function glow(pen) {
  const halo = pen.createRadialGradient(0, 0, 20, 0, 0, 190);
  halo.addColorStop(0, "rgba(255, 208, 112, 0.6)");
  halo.addColorStop(1, "rgba(255, 182, 61, 0)");
  pen.fillStyle = halo;
  pen.fillRect(-200, -200, 400, 400);
}

function roofs(pen) {
  pen.fillStyle = "#0a132c";
  for (let house = 0; house < 6; house += 1) {
    const left = house * 190 - 40;
    const top = HIGH - 150 - ((house * 53) % 90);
    pen.beginPath();
    pen.moveTo(left - 20, top);
    pen.quadraticCurveTo(left + 40, top - 10, left + 105, top - 70);
    pen.quadraticCurveTo(left + 170, top - 10, left + 230, top);
    pen.lineTo(left + 210, HIGH);
    pen.lineTo(left, HIGH);
    pen.fill();
  }
}

/** One line, smaller where it would run off the side; gives the next line's place. */
function write(pen, text, y, size, colour, weight = 600) {
  pen.fillStyle = colour;
  let height = size;
  do {
    pen.font = `${weight} ${height}px ${FONT}`;
    height -= 4;
  } while (pen.measureText(text).width > WIDE - 120 && height > 20);
  pen.fillText(text, WIDE / 2, y);
  return y + size;
}
