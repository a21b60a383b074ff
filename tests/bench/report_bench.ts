import { join } from "node:path";
import { encodeJpeg } from "../../lib/data/image/encode.ts";
import { readThumbnail } from "../../lib/data/image/thumbnail.ts";
import { plotMap } from "../../lib/plot/plot_map.ts";
import { mapContent } from "../../lib/report/page/map_content.ts";
import { renderReport } from "../../lib/report/page/render_report.ts";
import { makeImage } from "../data/image/images.ts";
import { makeReport } from "../report/page/make_report.ts";

const REPORT = makeReport({ numQueries: 10_000 });
const PHOTO = join(await Deno.makeTempDir(), "photo.jpg");
await Deno.writeFile(PHOTO, await encodeJpeg(makeImage(640, 480), 90));

Deno.bench("plotMap() of 10 000 queries", { group: "report" }, () => {
  plotMap(mapContent(REPORT), { place: "page" });
});

Deno.bench("renderReport() of 10 000 queries", {
  group: "report",
  baseline: true,
}, () => {
  renderReport(REPORT);
});

Deno.bench("readThumbnail() of a 640x480 JPEG", async () => {
  await readThumbnail(PHOTO, 160);
});
