// Reads a voucher's code from a picture or the camera. The browsers' own BarcodeDetector is no help: iPhones have none, nor have Android
// phones without Google's services. The folder qr/ has another's decoder, if the
// server was built with npm.

import decodeQR from './qr/decode.js';

const MAX_BYTES = 20 << 20, SIDES = [1_200, 2_000, 700], LOOK_EVERY_MS = 120, CAMERA_SIDE = 1_000;

/** The text of the QR code in a file; null where none is found. */
export async function readPicture(file) {
  if (file.size > MAX_BYTES) return null;
  const picture = await createImageBitmap(file).catch(() => null);
  if (picture === null) return null;
  try {
    for (const side of SIDES) {
      const text = decode(picture, picture.width, picture.height, side);
      if (text !== null) return text;
    }
    return null;
  } finally {
    picture.close();
  }
}

/** Shows the camera until it sees a code, or until the signal ends it; null then. */
export async function readCamera(video, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1_280 } } });
  try {
    video.srcObject = stream;
    await video.play();
    while (!signal.aborted) {
      const text = video.videoWidth > 0 ? decode(video, video.videoWidth, video.videoHeight, CAMERA_SIDE) : null;
      if (text !== null) return text;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

function decode(picture, width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height)), canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const drawing = canvas.getContext('2d', { willReadFrequently: true });
  // What is transparent is paper.
  drawing.fillStyle = '#fff';
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
  try {
    return decodeQR(drawing.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    return null; // it throws where it finds none
  }
}
