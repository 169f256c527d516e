// The vision transformer (Dosovitskiy et al. 2021), as timm defines it. A declaration over nn/.
import {
  classToken,
  layerNorm,
  linear,
  type Module,
  module,
  parameter,
  transformerLayer,
  truncatedNormal,
} from "../../nn/index.ts";
import { add, permute, reshape, select, type Tensor } from "../../tensor/index.ts";
import { shapeError } from "../../tensor/place.ts";

export interface VitOptions {
  /** Pixels of a side. Default 224. */
  size?: number;
  /** Pixels of a patch's side. Default 16. */
  patch?: number;
  /** Colours. Default 3. */
  channels?: number;
  /** Default 384 (ViT-S). */
  width?: number;
  /** Layers. Default 12. */
  depth?: number;
  /** Default 6. */
  heads?: number;
  outputs: number;
  dropout?: number;
}

/** Images [batch, channels, size, size] → logits [batch, outputs]; pre-norm layers, GELU, class token, learned positions. */
export function vit({
  size = 224,
  patch = 16,
  channels = 3,
  width = 384,
  depth = 12,
  heads = 6,
  outputs,
  dropout = 0,
}: VitOptions): Module {
  const across = size / patch;
  if (!Number.isInteger(across)) {
    throw shapeError("vit", [[size, size]], `${size} pixels cannot be cut into squares of ${patch}`);
  }
  const embed = linear(channels * patch * patch, width);
  const token = classToken(width, truncatedNormal(0.02));
  const positions = parameter([1, across * across + 1, width], truncatedNormal(0.02));
  const blocks = Array.from({ length: depth }, () =>
    transformerLayer(width, heads, { activation: "gelu", normFirst: true, dropout }),
  );
  const norm = layerNorm(width, { epsilon: 1e-6 });
  const head = linear(width, outputs, { initial: truncatedNormal(0.02) });
  return module({ embed, token, pos_embed: positions, blocks, norm, head }, (image: Tensor) => {
    const tokens = add(token(embed(patches(image, patch))), positions.tensor);
    return head(select(norm(blocks.reduce((y, each) => each(y), tokens)), 1, 0));
  });
}

/** Squares of an image as rows, pixels in the order channel, row, column: [batch, squares, channels × patch²]. */
export function patches(image: Tensor, patch: number): Tensor {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  const [down, across] = [height / patch, width / patch];
  if (!Number.isInteger(down) || !Number.isInteger(across)) {
    throw shapeError("patches", [image.shape], `${height} × ${width} pixels cannot be cut into squares of ${patch}`);
  }
  const cut = reshape(image, [batch, channels, down, patch, across, patch]);
  return reshape(permute(cut, [0, 2, 4, 1, 3, 5]), [batch, down * across, channels * patch * patch]);
}
