/**
 * Takes one photograph: from a plan to pixels.
 *
 * @module
 */
import type { ImageSize } from "../../image_size.ts";
import type { RgbImage } from "../image/rgb_image.ts";
import type { District } from "./district.ts";
import { createView } from "./panel.ts";
import { developPhoto, SUPERSAMPLING } from "./photo.ts";
import { renderScene } from "./render.ts";
import { createScene } from "./create_scene.ts";
import type { Shot } from "./shots.ts";
import type { TextureStore } from "./texture_store.ts";

/**
 * Takes a photograph of a district.
 *
 * @param store Textures of this district.
 * @param occluders How full the street is, 0 to 1.
 * @returns Pixels `[H, W, 3]`.
 */
export function takePhoto(
  district: District,
  store: TextureStore,
  { camera, condition, random }: Shot,
  { width, height, occluders }: ImageSize & { occluders: number },
): RgbImage {
  const view = createView(
    camera,
    width * SUPERSAMPLING,
    height * SUPERSAMPLING,
  );
  const scene = createScene(district, store, view, {
    condition,
    occluders,
    random: random.fork("traffic"), // leaves the shot as it is
  });
  const picture = renderScene(scene, view, condition);
  return developPhoto(picture, { width, height }, condition);
}
