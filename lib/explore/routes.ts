/**
 * What is served: the report, its images, and the page that locates photos.
 *
 * No path of a request reaches the disk: images are asked for by their row.
 *
 * @module
 */
import { join } from "node:path";
import { readThumbnail } from "../data/image/thumbnail.ts";
import type { ReportGallery } from "../report/report_data.ts";
import { checkSource, guardResponse, pagePolicy } from "./guard.ts";
import type { Locating } from "./locating.ts";
import { Refusal, refuse } from "./refusal.ts";
import { serveImage } from "./serve_image.ts";

/** What is served. */
export interface Site {
  /** The report, with the addresses of its images put in. */
  reportPage: Page;
  /** The page that locates photos. */
  locatePage: Page;
  gallery: ReportGallery;
  /** Folder of the report, which the paths of the gallery start from. */
  folder: string;
  locating: Locating;
}

/** A page, and what it may load. */
export interface Page {
  html: string;
  policy: string;
}

/** Answers requests to a port of this machine. */
export type Answer = (request: Request, port: number) => Promise<Response>;

/** Longer side of a thumbnail in pixels: twice what the page shows, for fine screens. */
const THUMBNAIL_SIDE = 400;

const GALLERY_IMAGE = /^\/images\/(query|database)\/(\d{1,9})$/;
const DATABASE_IMAGE = /^\/locate\/(image|thumbnail)\/(\d{1,9})$/;

/** Makes what answers every request, whatever it is, with a response. */
export function createAnswer(site: Site): Answer {
  return async (request, port) =>
    guardResponse(await answer(site, request, port).catch(refuse));
}

async function answer(
  site: Site,
  request: Request,
  port: number,
): Promise<Response> {
  checkSource(request, port);
  const { pathname } = new URL(request.url);
  if (pathname === "/locate" && request.method === "POST") {
    return Response.json(await site.locating.locate(request));
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    const allowed = pathname === "/locate" ? "GET, HEAD, POST" : "GET, HEAD";
    throw new Refusal(405, `Cannot ${request.method} this`, `use ${allowed}`, {
      Allow: allowed,
    });
  }
  if (pathname === "/") return servePage(site.reportPage);
  if (pathname === "/locate") return servePage(site.locatePage);
  if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
  if (pathname === "/locate/state") return Response.json(site.locating.state());
  return await answerImage(site, pathname);
}

async function answerImage(site: Site, pathname: string): Promise<Response> {
  const [, role, row] = GALLERY_IMAGE.exec(pathname) ?? [];
  if (role !== undefined) {
    const images = role === "query"
      ? site.gallery.queries
      : site.gallery.database;
    const path = images.paths[Number(row)];
    if (path !== undefined) return await serveImage(join(site.folder, path));
  }
  const [, size, index] = DATABASE_IMAGE.exec(pathname) ?? [];
  if (size !== undefined) {
    const path = site.locating.pathOf(Number(index));
    if (path !== undefined) {
      return size === "image"
        ? await serveImage(path)
        : await serveThumbnail(path);
    }
  }
  throw new Refusal(404, "Cannot find this page", "begin at /");
}

/** Makes a page that may load what is its own, and images of the server. */
export async function createPage(html: string): Promise<Page> {
  return { html, policy: await pagePolicy(html) };
}

function servePage({ html, policy }: Page): Response {
  return new Response(html, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy,
    },
  });
}

async function serveThumbnail(path: string): Promise<Response> {
  const jpeg = await readThumbnail(path, THUMBNAIL_SIDE);
  return new Response(jpeg, { headers: { "Content-Type": "image/jpeg" } });
}
