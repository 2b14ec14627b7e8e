// Draws a blurhash: a few cosine components of an image, spelt in 20 to 30 characters.
//
// The first character holds the numbers of components across and down, the second the scale of the
// varying ones, four hold the constant component as sRGB, and two each hold one varying component,
// whose channels are quantised to 19 steps around zero with a square law.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

function number(text) {
  let value = 0;
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) {
      throw new Error(`not a blurhash: ${text}`);
    }
    value = value * DIGITS.length + digit;
  }
  return value;
}

function linear(byte) {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function srgb(value) {
  const bounded = Math.min(1, Math.max(0, value));
  const encoded = bounded <= 0.0031308 ? bounded * 12.92 : 1.055 * bounded ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255);
}

function components(hash) {
  const size = number(hash[0]);
  const across = (size % 9) + 1;
  const down = Math.floor(size / 9) + 1;
  if (hash.length !== 4 + 2 * across * down) {
    throw new Error(`not a blurhash: ${hash}`);
  }
  const scale = (number(hash[1]) + 1) / 166;
  const colour = number(hash.slice(2, 6));
  const all = [{ x: 0, y: 0, rgb: [colour >> 16, (colour >> 8) & 255, colour & 255].map(linear) }];
  for (let index = 1; index < across * down; index += 1) {
    const packed = number(hash.slice(4 + 2 * index, 6 + 2 * index));
    const steps = [Math.floor(packed / 361), Math.floor(packed / 19) % 19, packed % 19];
    const rgb = steps.map((step) => Math.sign(step - 9) * ((step - 9) / 9) ** 2 * scale);
    all.push({ x: index % across, y: Math.floor(index / across), rgb });
  }
  return all;
}

/** Return the picture as ImageData; Error where the text is no blurhash. */
export function drawBlurhash(hash, width_px, height_px) {
  const all = components(hash);
  const image = new ImageData(width_px, height_px);
  for (let y = 0; y < height_px; y += 1) {
    for (let x = 0; x < width_px; x += 1) {
      const pixel = [0, 0, 0];
      for (const { x: across, y: down, rgb } of all) {
        const basis =
          Math.cos((Math.PI * across * x) / width_px) * Math.cos((Math.PI * down * y) / height_px);
        rgb.forEach((channel, index) => {
          pixel[index] += channel * basis;
        });
      }
      image.data.set([...pixel.map(srgb), 255], 4 * (y * width_px + x));
    }
  }
  return image;
}
