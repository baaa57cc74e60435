// Behaviour of the pages. Words come from the HTML, hooks are data attributes, events of htmx are named only here.
(() => {
  "use strict";

  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, act, root = document) => root.addEventListener(name, act);

  const root = document.documentElement;
  const body = document.body;
  const dialog = find("#dlg");
  const messages = find("#messages");
  const toasts = find("#toasts");
  const live = find("#live");

  // Shows the buttons that would do nothing without this file.
  root.dataset.js = "";

  // ---- Announcements and focus (ux.md §3.7) ----

  let speech;
  const say = (text) => {
    live.textContent = "";
    clearTimeout(speech);
    speech = setTimeout(() => (live.textContent = text), 80);
  };

  const announce = (part) => {
    const node = part.matches("[data-announce]") ? part : find("[data-announce]", part);
    if (node) say(node.dataset.announce || node.textContent.trim());
  };

  // A swapped-out node is looked for again by its id: after outerHTML the event holds the old one.
  const current = (node) => (node?.isConnected ? node : node?.id && document.getElementById(node.id));

  const focus = (node) => {
    if (!node) return;
    if (node.tabIndex < 0 && !node.hasAttribute("tabindex")) node.tabIndex = -1;
    node.focus();
  };

  const PLACE = "[data-error-summary], [data-autofocus]";
  const wanted = (part) => (part.matches(PLACE) ? part : find(PLACE, part));

  const FIELD = "select, textarea, input:not([type=hidden])";

  focus(find(PLACE));

  // ---- The dialog: htmx fills it, this opens and closes it ----

  let opener;
  let openerRow;

  const showDialog = (source) => {
    const isEmpty = [...dialog.children].every((node) => node === messages);
    if (isEmpty) return dialog.open && dialog.close();
    if (!dialog.open) {
      opener = source;
      openerRow = source?.closest("tr[id], li[id]")?.id;
      dialog.showModal();
      focus(wanted(dialog) || find("input:checked", dialog) || find(FIELD, dialog) || find("#dlg-title"));
    }
    [...watched.children].filter(({ id }) => id && find(`#${id}`, dialog)).forEach((node) => node.remove());
    // What lies outside an open modal dialog is neither clickable nor read out.
    dialog.append(messages);
  };

  // A refund under way is watched on after its dialog was closed: its row and a toast tell the end.
  const watched = document.createElement("div");
  watched.hidden = true;
  if (dialog) body.append(watched);

  const leaveDialog = () => {
    // Sums on the page behind are of before the refund.
    if (find("[data-renews]", dialog)) return location.reload();
    body.append(messages);
    watched.replaceChildren(...all("[data-poll]", watched), ...all("[data-poll]", dialog));
    // What has only just arrived is taken out of the part that htmx was about to set going.
    htmx.process(watched);
    dialog.replaceChildren();
    if (opener?.isConnected) return focus(opener);
    const row = openerRow && document.getElementById(openerRow);
    focus((row && find("a, button", row)) || find("h1"));
  };

  if (dialog) on("close", leaveDialog, dialog);

  // ---- Toasts ----

  const MOST = 3;

  const age = (toast) => {
    setTimeout(() => {
      if (!toast.isConnected) return;
      if (toast.matches(":hover, :focus-within")) age(toast);
      else toast.remove();
    }, toast.dataset.life * 1000);
  };

  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (node.dataset?.life > 0) age(node);
    }
    const passing = all("[data-life]", toasts);
    passing.slice(0, Math.max(0, toasts.childElementCount - MOST)).forEach((node) => node.remove());
  }).observe(toasts, { childList: true });

  const shown = (name) => find(`[data-from=${name}]`, toasts);

  const toast = (name, code) => {
    if (shown(name)) return;
    const copy = find(`#toast-${name}`).content.firstElementChild.cloneNode(true);
    copy.dataset.from = name;
    if (code) find("span", copy).append(` ${body.dataset.code} ${code}`);
    toasts.append(copy);
  };

  // ---- htmx ----

  const asleep = new Set();
  const isPoll = (config) => /\bevery\b/.test(config.elt.getAttribute("hx-trigger"));

  on("htmx:configRequest", ({ detail }) => {
    // Only Enter and «Найти» may open the one row that is found; typing never leaves the list.
    if (detail.triggeringEvent?.type !== "submit") delete detail.parameters.open;
    if (detail.verb !== "get") detail.headers["X-CSRFToken"] = find("meta[name=csrf-token]").content;
  });

  on("htmx:beforeRequest", (event) => {
    const config = event.detail.requestConfig;
    if (!isPoll(config)) {
      if (config.triggeringEvent) config.target.setAttribute("aria-busy", "true");
    } else if (document.hidden) {
      event.preventDefault();
      asleep.add(config.elt);
    }
  });

  on("visibilitychange", () => {
    if (document.hidden) return;
    for (const node of asleep) {
      if (node.isConnected) htmx.ajax("GET", node.getAttribute("hx-get"), { source: node });
    }
    asleep.clear();
  });

  on("htmx:beforeSwap", ({ detail }) => {
    const { status } = detail.xhr;
    if (status === 401 && detail.xhr.getResponseHeader("X-Step-Up")) {
      detail.shouldSwap = true;
      detail.isError = false;
    } else if (status === 401) {
      const here = encodeURIComponent(location.pathname + location.search);
      location.assign(`${body.dataset.signIn}?next=${here}`);
      detail.shouldSwap = detail.isError = false;
      return;
    }
    if (status >= 400 && detail.xhr.getResponseHeader("HX-Retarget")) {
      // The server has put its refusal into words: show them, whatever the status.
      detail.shouldSwap = true;
      detail.isError = false;
    }
    if (detail.shouldSwap && detail.target === dialog) body.append(messages);
  });

  const arrived = (detail) => {
    const { elt, triggeringEvent } = detail.requestConfig;
    const target = current(detail.target);
    if (!target) return;
    if (dialog && target === dialog) showDialog(elt);
    announce(target);
    if (isPoll(detail.requestConfig) || !triggeringEvent) return;
    const place = wanted(target);
    if (place) return focus(place);
    if (document.activeElement === body && !elt.isConnected) focus(find("h2, caption", target) || target);
  };

  // What somebody has unfolded stays so when its part of the page is told anew.
  let unfolded = [];
  on("htmx:beforeSwap", ({ detail }) => (unfolded = all("details[id][open]", detail.target).map(({ id }) => id)));
  on("htmx:afterSwap", () => unfolded.forEach((id) => document.getElementById(id)?.setAttribute("open", "")));

  on("htmx:afterRequest", ({ detail }) => {
    detail.requestConfig.target.removeAttribute("aria-busy");
    if (!detail.successful) return;
    shown("offline")?.remove();
    if (detail.xhr.status !== 204) arrived(detail);
  });

  on("htmx:sendError", () => toast("offline"));
  on("htmx:timeout", () => toast("timeout"));
  on("htmx:responseError", ({ detail }) => toast("server", detail.xhr.getResponseHeader("X-Request-ID")));

  // The inputs follow the address after a chip, a sorted column or a page; the one being typed in stays.
  const followAddress = ({ detail }) => {
    const params = new URL(detail.path, location.href).searchParams;
    for (const field of all("#filters [name]:not(button)")) {
      if (field === document.activeElement) continue;
      if (/checkbox|radio/.test(field.type)) field.checked = params.getAll(field.name).includes(field.value);
      else field.value = params.get(field.name) || "";
    }
  };
  on("htmx:pushedIntoHistory", followAddress);
  on("htmx:replacedInHistory", followAddress);

  // ---- A part of the sum: what is typed is what is meant, and the button never shows an older sum ----

  on("input", ({ target }) => {
    const part = target.closest("[data-sum]");
    if (!part) return;
    const amount = find("[name=amount]", part);
    if (target !== amount && target.value !== "part") amount.value = "";
    if (target === amount && amount.value.trim()) find("[value=part]", part).checked = true;
    find("#refund-sum")?.replaceChildren("…");
  });

  // The words change inside the button: an element that is replaced between press and release loses the click.
  on("htmx:afterSwap", () => find("#effects") && find("#refund-sum")?.replaceChildren(find("#effects").dataset.words));

  // ---- Plain forms: one press is one request ----

  on("submit", (event) => {
    const form = event.target;
    // A field may be called "method", so the attribute is read and not the property.
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if ("sent" in form.dataset) return event.preventDefault();
    form.dataset.sent = "";
    // Later, so that the pressed button still sends its own value.
    setTimeout(() => all("[type=submit]", form).forEach((button) => (button.disabled = true)));
  });

  on("pageshow", () => {
    for (const form of all("form[data-sent]")) {
      delete form.dataset.sent;
      all("[type=submit]", form).forEach((button) => (button.disabled = false));
    }
  }, window);

  // ---- Buttons ----

  // Only the words change: an icon before them stays.
  const swapWords = (button, words) => {
    const before = button.lastChild.data;
    button.lastChild.data = words;
    return before;
  };

  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(button.dataset.copied);
    if ("before" in button.dataset) return;
    button.dataset.before = swapWords(button, button.dataset.copied);
    setTimeout(() => {
      swapWords(button, button.dataset.before);
      delete button.dataset.before;
    }, 2000);
  };

  const reveal = (button) => {
    const field = document.getElementById(button.dataset.reveal);
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
  };

  on("click", (event) => {
    const target = event.target;
    const hit = (name) => target.closest(`[data-${name}]`);
    if (hit("close") && dialog?.contains(target)) {
      event.preventDefault();
      dialog.close();
    } else if (hit("dismiss")) hit("dismiss").closest(".toast").remove();
    else if (hit("copy")) copy(hit("copy"));
    else if (hit("reveal")) reveal(hit("reveal"));
    else if (hit("print")) window.print();
  });

  // ---- The matrix: rows that do not match are hidden, their boxes are sent all the same ----

  const filterRows = (field) => {
    const words = field.value.trim().toLowerCase();
    for (const part of document.getElementById(field.dataset.filterRows).tBodies) {
      const rows = all("tr:not(.group)", part);
      for (const row of rows) row.hidden = !find("th", row).textContent.toLowerCase().includes(words);
      part.hidden = rows.every((row) => row.hidden);
    }
  };

  on("input", ({ target }) => target.matches("[data-filter-rows]") && filterRows(target));

  // ---- Keys: by event.code, so that a Russian layout works too (ux.md §3.11) ----

  let leads = false;

  const moveRow = (step) => {
    const rows = all("main tbody tr").filter((row) => find("a, button", row));
    const here = rows.indexOf(document.activeElement.closest("tr"));
    const next = rows[here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1)];
    if (next) focus(find("th a", next) || find("a, button", next));
  };

  const showKeys = () => {
    dialog.replaceChildren(find("#keys").content.cloneNode(true));
    showDialog(document.activeElement);
  };

  const search = () => {
    focus(find("#q"));
    find("#q")?.select();
  };

  // In a table the key belongs to the row that has the focus: R never opens a row that nobody looks at.
  const refund = () => {
    const row = document.activeElement.closest("tr");
    (row ? find("[data-refund]", row) : find("main [data-refund]:not(tr *)"))?.click();
  };

  const press = (code, isShifted) => {
    const isSecond = leads;
    leads = code === "KeyG" && !isSecond;
    if (isSecond) find(`[data-key=${code}]`)?.click();
    else if (code === "Slash") isShifted ? showKeys() : search();
    else if (code === "KeyJ") moveRow(1);
    else if (code === "KeyK") moveRow(-1);
    else if (code === "KeyR") refund();
  };

  on("keydown", (event) => {
    const isTyping = event.target.closest(`${FIELD}, [contenteditable]`);
    if (isTyping || dialog?.open || event.ctrlKey || event.altKey || event.metaKey) return;
    if (body.dataset.keys !== "on" || (event.shiftKey && event.code !== "Slash")) return;
    if (!leads && !/^(Key[GJKR]|Slash)$/.test(event.code)) return;
    event.preventDefault();
    press(event.code, event.shiftKey);
  });
})();
