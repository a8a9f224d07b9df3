/** What the strip says of the line to the server: always one thing, that which matters most. */

/** The tone, the sentence in the page's catalogue, and how many. `connected` is null while nobody knows. */
export function stripOf({ connected, busy, turned }, { waiting, aside, refused = 0 }) {
  const unsent = waiting + refused;
  if (turned) return { tone: "turned", key: "strip_turned", count: unsent };
  if (aside + refused > 0 && connected === false && unsent > 0) return { tone: "aside", key: "strip_aside_offline", count: unsent, aside: aside + refused };
  if (aside + refused > 0) return { tone: "aside", key: "strip_aside", count: aside + refused };
  if (connected === false && busy && waiting) return { tone: "waiting", key: "strip_busy", count: waiting };
  if (connected === false && !busy) {
    return waiting
      ? { tone: "offline", key: "strip_offline_waiting", count: waiting }
      : { tone: "offline", key: "strip_offline", count: 0 };
  }
  if (waiting > 0) return { tone: "waiting", key: "strip_waiting", count: waiting };
  return connected === null ? { tone: "waiting", key: "strip_connecting", count: 0 } : { tone: "online", key: "strip_online", count: 0 };
}
