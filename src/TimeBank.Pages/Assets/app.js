// What a browser with JavaScript adds. Every page works without it.

// A form is sent once: a second press while the first is under way does nothing. The server would take it as the same anyway.
// One that only asks may be sent again: its answer may be a file, which leaves this page as it is.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post') return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = '1';
  event.submitter?.setAttribute('aria-busy', 'true');
});
// Back brings a page from memory: its forms may be sent again.
addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
});

// Reads the page aloud, where the browser has a voice.
const speak = document.querySelector('[data-speak]');
if (speak && 'speechSynthesis' in window) {
  speak.hidden = false;
  speak.addEventListener('click', () => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); return; }
    const words = new SpeechSynthesisUtterance(document.querySelector('main').innerText);
    words.lang = document.documentElement.lang;
    words.rate = 0.85;
    speechSynthesis.speak(words);
  });
}

// Prints the page.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}

// The minutes that are left to take something back.
for (const clock of document.querySelectorAll('[data-seconds-left]')) {
  const until = Date.now() + Number(clock.dataset.secondsLeft) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    if (left > 0) setTimeout(tick, 1000);
  };
  tick();
}

// A page that waits for a run looks again by itself.
const again = document.querySelector('[data-look-again]');
if (again) setTimeout(() => location.reload(), Number(again.dataset.lookAgain) * 1000);

// Reads a voucher's code with the camera, where the browser can.
const camera = document.querySelector('[data-camera]');
if (camera && 'BarcodeDetector' in window && navigator.mediaDevices?.getUserMedia) {
  camera.hidden = false;
  camera.addEventListener('click', async () => {
    const video = document.querySelector('[data-camera-picture]');
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    video.hidden = false;
    video.srcObject = stream;
    await video.play();
    const look = async () => {
      const [code] = await detector.detect(video);
      if (!code) { if (stream.active) requestAnimationFrame(look); return; }
      for (const track of stream.getTracks()) track.stop();
      video.hidden = true;
      document.querySelector('[data-camera-code]').value = code.rawValue;
    };
    look();
  });
}

// Checks a receipt here in the browser; the page that has one loads the rest.
if (document.querySelector('[data-check]')) import(document.querySelector('[data-check]').dataset.check);
