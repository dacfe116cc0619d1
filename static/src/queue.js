// Photos taken without a network wait on the phone, sealed with a key that only the page of the same person's draft is
// given. Here is the shelf; photos.js puts them on it and sends them. Signing out empties it (app.js).
const SHELF = 'waiting-photos';
const LONGEST_WAIT = 3 * 24 * 3600 * 1000;
const place = document.querySelector('[data-queue-key]');

window.photoQueue = { usable: usable(), add: add, all: all, open: open, remove: remove, tried: tried, count: count };

function usable() {
  return Boolean(place && window.indexedDB && window.crypto && window.crypto.subtle && window.Promise && Blob.prototype.arrayBuffer);
}

// One request in one transaction, with a connection of its own, so that nothing stands in the way of deleting the shelf.
function asked(mode, ask) {
  return new Promise(function (resolve, reject) {
    const opening = indexedDB.open(SHELF, 1);
    opening.onupgradeneeded = function () { opening.result.createObjectStore('photos', { keyPath: 'id', autoIncrement: true }); };
    opening.onerror = function () { reject(opening.error); };
    opening.onsuccess = function () {
      const work = opening.result.transaction('photos', mode);
      const request = ask(work.objectStore('photos'));
      work.oncomplete = function () { opening.result.close(); resolve(request.result); };
      work.onerror = work.onabort = function () { opening.result.close(); reject(work.error); };
    };
  });
}

function key() {
  const bytes = Uint8Array.from(atob(place.dataset.queueKey), function (sign) { return sign.charCodeAt(0); });
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

// Of the page nothing is kept but the kind of document and which photo it replaces.
function add(kind, replaces, blob) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return Promise.all([key(), blob.arrayBuffer()]).then(function (got) {
    return crypto.subtle.encrypt({ name: 'AES-GCM', iv: iv }, got[0], got[1]);
  }).then(function (sealed) {
    const photo = { draft: place.dataset.queueMark, kind: kind, replaces: replaces, iv: iv, sealed: sealed, at: Date.now(), tries: 0 };
    return asked('readwrite', function (shelf) { return shelf.add(photo); });
  });
}

function open(photo) {
  return key().then(function (opener) {
    return crypto.subtle.decrypt({ name: 'AES-GCM', iv: photo.iv }, opener, photo.sealed);
  }).then(function (bytes) { return new Blob([bytes], { type: 'image/jpeg' }); });
}

// Those of this page's draft, oldest first. What has waited too long goes, whosever it is.
function all() {
  return asked('readonly', function (shelf) { return shelf.getAll(); }).then(function (photos) {
    const old = photos.filter(function (photo) { return Date.now() - photo.at > LONGEST_WAIT; });
    return Promise.all(old.map(function (photo) { return remove(photo.id); })).then(function () {
      return photos.filter(function (photo) { return place && photo.draft === place.dataset.queueMark && old.indexOf(photo) < 0; });
    });
  });
}

function remove(id) { return asked('readwrite', function (shelf) { return shelf.delete(id); }); }

function tried(photo) {
  photo.tries += 1;
  return asked('readwrite', function (shelf) { return shelf.put(photo); });
}

function count() {
  if (!window.indexedDB) return Promise.resolve(0);
  return asked('readonly', function (shelf) { return shelf.count(); }).catch(function () { return 0; });
}
