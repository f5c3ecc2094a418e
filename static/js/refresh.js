// [data-refresh-after]: a page for a screen on the wall fetches itself anew after so many seconds.

const { refreshAfter } = document.body.dataset;
if (refreshAfter) setTimeout(() => location.reload(), refreshAfter * 1000);
