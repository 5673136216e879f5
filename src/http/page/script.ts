/**
 * What a browser with JavaScript adds: the page renews itself, and searches follow the typing. Written by hand for the
 * browsers of the last years; without it, every link and form works as it is.
 */
export const script = `'use strict';
(() => {
  const everyMs = 15000;
  const typingMs = 250;
  const main = document.querySelector('main');
  const state = { paused: false, turn: 0 };

  const load = async (address) => {
    state.turn += 1;
    const turn = state.turn;
    const answer = await fetch(address, { headers: { accept: 'text/html' }, credentials: 'same-origin' });
    if (!answer.ok) throw new Error('status ' + answer.status);
    const text = await answer.text();
    return turn === state.turn ? new DOMParser().parseFromString(text, 'text/html') : undefined;
  };

  const say = (text) => {
    const place = document.getElementById('refreshed');
    if (place) place.textContent = text;
  };

  // Takes over each part by itself; the one that holds the focus is left alone, so that nobody loses their place.
  const takeOver = (fresh, only) => {
    for (const part of document.querySelectorAll('[data-part]')) {
      const name = part.getAttribute('data-part');
      if (only && name !== only) continue;
      if (!only && part.contains(document.activeElement)) continue;
      const next = fresh.querySelector('[data-part="' + name + '"]');
      if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...document.adoptNode(next).childNodes);
    }
  };

  const refresh = async () => {
    const selected = String(document.getSelection() || '') !== '';
    if (state.paused || document.hidden || selected) return;
    try {
      const fresh = await load(location.href);
      if (!fresh) return;
      takeOver(fresh);
      say('Last refreshed at ' + new Date().toLocaleTimeString() + '.');
    } catch {
      say('The last refresh failed; what is shown is older.');
    }
  };

  const bar = document.getElementById('refresh');
  if (bar) {
    const button = document.createElement('button');
    button.type = 'button';
    const label = () => { button.textContent = state.paused ? 'Refresh by itself' : 'Stop refreshing'; };
    button.addEventListener('click', () => { state.paused = !state.paused; label(); refresh(); });
    label();
    bar.prepend(button);
    setInterval(refresh, everyMs);
  }

  const form = document.querySelector('form[data-live]');
  if (form && main) {
    let timer;
    const search = async () => {
      const data = new URLSearchParams(new FormData(form));
      for (const [name, value] of [...data]) if (value === '') data.delete(name);
      const query = data.toString();
      const address = query ? form.action.split('?')[0] + '?' + query : form.action.split('?')[0];
      try {
        const fresh = await load(address);
        if (!fresh) return;
        takeOver(fresh, 'results');
        history.replaceState(null, '', address);
      } catch {
        form.submit();
      }
    };
    form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(search, typingMs); });
  }
})();
`;
