// The mark: three eggs in a nest. Its colours are its own, so that it is the same as an icon and on a page.

export const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" class="mark" width="32" height="32" aria-hidden="true" focusable="false">
<path fill="#7dd3c0" d="M17 15c6 0 11 9 11 17 0 7-5 12-11 12S6 39 6 32c0-8 5-17 11-17z"/>
<path fill="#f4b860" d="M47 15c6 0 11 9 11 17 0 7-5 12-11 12s-11-5-11-12c0-8 5-17 11-17z"/>
<path fill="#fff7e8" stroke="#134e4a" stroke-width="2" d="M32 8c8 0 14 11 14 21 0 9-6 15-14 15s-14-6-14-15C18 19 24 8 32 8z"/>
<path fill="#0f766e" d="M3 36c5 4 16 6 29 6s24-2 29-6c0 12-12 21-29 21S3 48 3 36z"/>
<path fill="none" stroke="#134e4a" stroke-width="2" stroke-linecap="round" d="M9 44c6 4 14 5 23 5s17-1 23-5M16 51c5 2 10 3 16 3s11-1 16-3"/>
</svg>`;
