;; Sums of products of float32: sixteen terms at a time in float32, the rest in double precision.
;;
;; A panel is four lanes (rows of the left matrix, or columns of the right one)
;; side by side: [depth][4] float32. A tile is the product of one panel on the
;; left with two on the right, [4][8] float64.
(module
  (memory (export "memory") 1)

  ;; Interleaves four runs of float32 as a panel.
  (func (export "packRuns")
    (param $to i32)
    (param $run0 i32) (param $run1 i32) (param $run2 i32) (param $run3 i32)
    (param $length i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $length) (i32.const 4))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (f32.store (local.get $to) (f32.load (local.get $run0)))
        (f32.store offset=4 (local.get $to) (f32.load (local.get $run1)))
        (f32.store offset=8 (local.get $to) (f32.load (local.get $run2)))
        (f32.store offset=12 (local.get $to) (f32.load (local.get $run3)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (local.set $run0 (i32.add (local.get $run0) (i32.const 4)))
        (local.set $run1 (i32.add (local.get $run1) (i32.const 4)))
        (local.set $run2 (i32.add (local.get $run2) (i32.const 4)))
        (local.set $run3 (i32.add (local.get $run3) (i32.const 4)))
        (br $next))))

  ;; Makes a panel of four neighbours in each of some rows of float32, $stride bytes apart.
  (func (export "packLanes")
    (param $to i32) (param $from i32) (param $stride i32) (param $length i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $length) (i32.const 4))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (v128.store (local.get $to) (v128.load align=4 (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (local.set $from (i32.add (local.get $from) (local.get $stride)))
        (br $next))))


  ;; Adds the product of a panel with two panels to a tile.
  (func (export "addProducts")
    (param $tile i32) (param $left i32) (param $right0 i32) (param $right1 i32) (param $depth i32)
    (local $end i32) (local $blockEnd i32)
    (local $value v128) (local $values0 v128) (local $values1 v128)
    (local $sums00 v128) (local $sums01 v128)
    (local $sums10 v128) (local $sums11 v128)
    (local $sums20 v128) (local $sums21 v128)
    (local $sums30 v128) (local $sums31 v128)
    (local.set $end (i32.add (local.get $left) (i32.shl (local.get $depth) (i32.const 4))))
    (block $done
      (loop $nextBlock
        (br_if $done (i32.ge_u (local.get $left) (local.get $end)))
        (local.set $blockEnd (i32.add (local.get $left) (i32.const 256)))
        (if (i32.gt_u (local.get $blockEnd) (local.get $end))
          (then (local.set $blockEnd (local.get $end))))
        (local.set $sums00 (v128.const f32x4 0 0 0 0))
        (local.set $sums01 (v128.const f32x4 0 0 0 0))
        (local.set $sums10 (v128.const f32x4 0 0 0 0))
        (local.set $sums11 (v128.const f32x4 0 0 0 0))
        (local.set $sums20 (v128.const f32x4 0 0 0 0))
        (local.set $sums21 (v128.const f32x4 0 0 0 0))
        (local.set $sums30 (v128.const f32x4 0 0 0 0))
        (local.set $sums31 (v128.const f32x4 0 0 0 0))
        (loop $next
          (local.set $values0 (v128.load (local.get $right0)))
          (local.set $values1 (v128.load (local.get $right1)))
          (local.set $value (v128.load32_splat (local.get $left)))
          (local.set $sums00 (f32x4.relaxed_madd (local.get $value) (local.get $values0) (local.get $sums00)))
          (local.set $sums01 (f32x4.relaxed_madd (local.get $value) (local.get $values1) (local.get $sums01)))
          (local.set $value (v128.load32_splat offset=4 (local.get $left)))
          (local.set $sums10 (f32x4.relaxed_madd (local.get $value) (local.get $values0) (local.get $sums10)))
          (local.set $sums11 (f32x4.relaxed_madd (local.get $value) (local.get $values1) (local.get $sums11)))
          (local.set $value (v128.load32_splat offset=8 (local.get $left)))
          (local.set $sums20 (f32x4.relaxed_madd (local.get $value) (local.get $values0) (local.get $sums20)))
          (local.set $sums21 (f32x4.relaxed_madd (local.get $value) (local.get $values1) (local.get $sums21)))
          (local.set $value (v128.load32_splat offset=12 (local.get $left)))
          (local.set $sums30 (f32x4.relaxed_madd (local.get $value) (local.get $values0) (local.get $sums30)))
          (local.set $sums31 (f32x4.relaxed_madd (local.get $value) (local.get $values1) (local.get $sums31)))
          (local.set $left (i32.add (local.get $left) (i32.const 16)))
          (local.set $right0 (i32.add (local.get $right0) (i32.const 16)))
          (local.set $right1 (i32.add (local.get $right1) (i32.const 16)))
          (br_if $next (i32.lt_u (local.get $left) (local.get $blockEnd))))
        (v128.store (local.get $tile)
          (f64x2.add (v128.load (local.get $tile)) (f64x2.promote_low_f32x4 (local.get $sums00))))
        (v128.store offset=16 (local.get $tile)
          (f64x2.add
            (v128.load offset=16 (local.get $tile))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
                (local.get $sums00) (local.get $sums00)))))
        (v128.store offset=32 (local.get $tile)
          (f64x2.add (v128.load offset=32 (local.get $tile)) (f64x2.promote_low_f32x4 (local.get $sums01))))
        (v128.store offset=48 (local.get $tile)
          (f64x2.add
            (v128.load offset=48 (local.get $tile))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
                (local.get $sums01) (local.get $sums01)))))
        (v128.store offset=64 (local.get $tile)
          (f64x2.add (v128.load offset=64 (local.get $tile)) (f64x2.promote_low_f32x4 (local.get $sums10))))
        (v128.store offset=80 (local.get $tile)
          (f64x2.add
            (v128.load offset=80 (local.get $tile))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
                (local.get $sums10) (local.get $sums10)))))
        (v128.store offset=96 (local.get $tile)
          (f64x2.add (v128.load offset=96 (local.get $tile)) (f64x2.promote_low_f32x4 (local.get $sums11))))
        (v128.store offset=112 (local.get $tile)
          (f64x2.add
            (v128.load offset=112 (local.get $tile))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
                (local.get $sums11) (local.get $sums11)))))
        (v128.store offset=128 (local.get $tile)
          (f64x2.add (v128.load offset=128 (local.get $tile)) (f64x2.promote_low_f32x4 (local.get $sums20))))
        (v128.store offset=144 (local.get $tile)
          (f64x2.add
            (v128.load offset=144 (local.get $tile))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
                (local.get $sums20) (local.get $sums20)))))
        (v128.store offset=160 (local.get $tile)
          (f64x2.add (v128.load offset=160 (local.get $tile)) (f64x2.promote_low_f32x4 (local.get $sums21))))
        (v128.store offset=176 (local.get $tile)
          (f64x2.add
            (v128.load offset=176 (local.get $tile))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
                (local.get $sums21) (local.get $sums21)))))
        (v128.store offset=192 (local.get $tile)
          (f64x2.add (v128.load offset=192 (local.get $tile)) (f64x2.promote_low_f32x4 (local.get $sums30))))
        (v128.store offset=208 (local.get $tile)
          (f64x2.add
            (v128.load offset=208 (local.get $tile))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
                (local.get $sums30) (local.get $sums30)))))
        (v128.store offset=224 (local.get $tile)
          (f64x2.add (v128.load offset=224 (local.get $tile)) (f64x2.promote_low_f32x4 (local.get $sums31))))
        (v128.store offset=240 (local.get $tile)
          (f64x2.add
            (v128.load offset=240 (local.get $tile))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
                (local.get $sums31) (local.get $sums31)))))
        (br $nextBlock))))
)
