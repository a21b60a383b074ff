;; Products of float64, two at a time: vectors, a symmetric matrix by a vector, and tiles of matrices.
;;
;; A panel is four lanes (rows of the left matrix, or columns of the right one)
;; side by side: [depth][4] float64. A tile is four rows of four values.
(module
  (import "kernels" "memory" (memory 1 65536))

  ;; Dot product of two vectors of an even length.
  (func (export "dot") (param $a i32) (param $b i32) (param $length i32) (result f64)
    (local $end i32)
    (local $sum0 v128) (local $sum1 v128)
    (local.set $end (i32.add (local.get $a) (i32.shl (local.get $length) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (i32.add (local.get $a) (i32.const 16)) (local.get $end)))
        (local.set $sum0 (f64x2.relaxed_madd
          (v128.load align=8 (local.get $a)) (v128.load align=8 (local.get $b)) (local.get $sum0)))
        (local.set $sum1 (f64x2.relaxed_madd
          (v128.load offset=16 align=8 (local.get $a)) (v128.load offset=16 align=8 (local.get $b)) (local.get $sum1)))
        (local.set $a (i32.add (local.get $a) (i32.const 32)))
        (local.set $b (i32.add (local.get $b) (i32.const 32)))
        (br $next)))
    (if (i32.lt_u (local.get $a) (local.get $end))
      (then (local.set $sum0 (f64x2.relaxed_madd
        (v128.load align=8 (local.get $a)) (v128.load align=8 (local.get $b)) (local.get $sum0)))))
    (local.set $sum0 (f64x2.add (local.get $sum0) (local.get $sum1)))
    (f64.add (f64x2.extract_lane 0 (local.get $sum0)) (f64x2.extract_lane 1 (local.get $sum0))))

  ;; Adds a multiple of a vector of an even length to another.
  (func (export "addScaled") (param $to i32) (param $from i32) (param $factor f64) (param $length i32)
    (local $end i32) (local $factors v128)
    (local.set $factors (f64x2.splat (local.get $factor)))
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $length) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (v128.store align=8 (local.get $to) (f64x2.relaxed_madd
          (v128.load align=8 (local.get $from)) (local.get $factors) (v128.load align=8 (local.get $to))))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (br $next))))

  ;; Both halves of a symmetric product that four rows right of the diagonal have a part in:
  ;; adds their multiples to $y, and their dot products with $x to $sums. The length is even.
  (func (export "addRows")
    (param $rows i32) (param $stride i32) (param $x i32) (param $y i32) (param $length i32)
    (param $factor0 f64) (param $factor1 f64) (param $factor2 f64) (param $factor3 f64)
    (param $sums i32)
    (local $end i32)
    (local $row1 i32) (local $row2 i32) (local $row3 i32)
    (local $factors0 v128) (local $factors1 v128) (local $factors2 v128) (local $factors3 v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (local $values v128) (local $xs v128) (local $ys v128)
    (local.set $row1 (i32.add (local.get $rows) (local.get $stride)))
    (local.set $row2 (i32.add (local.get $row1) (local.get $stride)))
    (local.set $row3 (i32.add (local.get $row2) (local.get $stride)))
    (local.set $factors0 (f64x2.splat (local.get $factor0)))
    (local.set $factors1 (f64x2.splat (local.get $factor1)))
    (local.set $factors2 (f64x2.splat (local.get $factor2)))
    (local.set $factors3 (f64x2.splat (local.get $factor3)))
    (local.set $end (i32.add (local.get $x) (i32.shl (local.get $length) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $x) (local.get $end)))
        (local.set $xs (v128.load align=8 (local.get $x)))
        (local.set $ys (v128.load align=8 (local.get $y)))
        (local.set $values (v128.load align=8 (local.get $rows)))
        (local.set $sum0 (f64x2.relaxed_madd (local.get $values) (local.get $xs) (local.get $sum0)))
        (local.set $ys (f64x2.relaxed_madd (local.get $values) (local.get $factors0) (local.get $ys)))
        (local.set $values (v128.load align=8 (local.get $row1)))
        (local.set $sum1 (f64x2.relaxed_madd (local.get $values) (local.get $xs) (local.get $sum1)))
        (local.set $ys (f64x2.relaxed_madd (local.get $values) (local.get $factors1) (local.get $ys)))
        (local.set $values (v128.load align=8 (local.get $row2)))
        (local.set $sum2 (f64x2.relaxed_madd (local.get $values) (local.get $xs) (local.get $sum2)))
        (local.set $ys (f64x2.relaxed_madd (local.get $values) (local.get $factors2) (local.get $ys)))
        (local.set $values (v128.load align=8 (local.get $row3)))
        (local.set $sum3 (f64x2.relaxed_madd (local.get $values) (local.get $xs) (local.get $sum3)))
        (local.set $ys (f64x2.relaxed_madd (local.get $values) (local.get $factors3) (local.get $ys)))
        (v128.store align=8 (local.get $y) (local.get $ys))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $y (i32.add (local.get $y) (i32.const 16)))
        (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
        (local.set $row1 (i32.add (local.get $row1) (i32.const 16)))
        (local.set $row2 (i32.add (local.get $row2) (i32.const 16)))
        (local.set $row3 (i32.add (local.get $row3) (i32.const 16)))
        (br $next)))
    (call $addPair (local.get $sums) (local.get $sum0) (local.get $sum1))
    (call $addPair (i32.add (local.get $sums) (i32.const 16)) (local.get $sum2) (local.get $sum3)))

  ;; Adds the sums over two vectors of two to two values.
  (func $addPair (param $to i32) (param $first v128) (param $second v128)
    (v128.store align=8 (local.get $to) (f64x2.add
      (v128.load align=8 (local.get $to))
      (f64x2.add
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $first) (local.get $second))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $first) (local.get $second))))))

  ;; Interleaves four runs of float64, $stride bytes apart, as a panel.
  (func (export "packRuns") (param $to i32) (param $run0 i32) (param $stride i32) (param $length i32)
    (local $end i32) (local $run1 i32) (local $run2 i32) (local $run3 i32)
    (local.set $run1 (i32.add (local.get $run0) (local.get $stride)))
    (local.set $run2 (i32.add (local.get $run1) (local.get $stride)))
    (local.set $run3 (i32.add (local.get $run2) (local.get $stride)))
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $length) (i32.const 5))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (f64.store (local.get $to) (f64.load (local.get $run0)))
        (f64.store offset=8 (local.get $to) (f64.load (local.get $run1)))
        (f64.store offset=16 (local.get $to) (f64.load (local.get $run2)))
        (f64.store offset=24 (local.get $to) (f64.load (local.get $run3)))
        (local.set $to (i32.add (local.get $to) (i32.const 32)))
        (local.set $run0 (i32.add (local.get $run0) (i32.const 8)))
        (local.set $run1 (i32.add (local.get $run1) (i32.const 8)))
        (local.set $run2 (i32.add (local.get $run2) (i32.const 8)))
        (local.set $run3 (i32.add (local.get $run3) (i32.const 8)))
        (br $next))))

  ;; Makes a panel of four neighbours in each of some rows of float64, $stride bytes apart.
  (func (export "packLanes") (param $to i32) (param $from i32) (param $stride i32) (param $length i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $length) (i32.const 5))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (v128.store (local.get $to) (v128.load align=8 (local.get $from)))
        (v128.store offset=16 (local.get $to) (v128.load offset=16 align=8 (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 32)))
        (local.set $from (i32.add (local.get $from) (local.get $stride)))
        (br $next))))

  ;; Subtracts the product of two panels from a tile whose rows are $stride bytes apart.
  (func (export "subtractTile")
    (param $row0 i32) (param $stride i32) (param $left i32) (param $right i32) (param $depth i32)
    (local $row1 i32) (local $row2 i32) (local $row3 i32) (local $end i32)
    (local $value v128) (local $low v128) (local $high v128)
    (local $low0 v128) (local $high0 v128) (local $low1 v128) (local $high1 v128)
    (local $low2 v128) (local $high2 v128) (local $low3 v128) (local $high3 v128)
    (local.set $row1 (i32.add (local.get $row0) (local.get $stride)))
    (local.set $row2 (i32.add (local.get $row1) (local.get $stride)))
    (local.set $row3 (i32.add (local.get $row2) (local.get $stride)))
    (local.set $end (i32.add (local.get $left) (i32.shl (local.get $depth) (i32.const 5))))
    (local.set $low0 (v128.load align=8 (local.get $row0)))
    (local.set $high0 (v128.load offset=16 align=8 (local.get $row0)))
    (local.set $low1 (v128.load align=8 (local.get $row1)))
    (local.set $high1 (v128.load offset=16 align=8 (local.get $row1)))
    (local.set $low2 (v128.load align=8 (local.get $row2)))
    (local.set $high2 (v128.load offset=16 align=8 (local.get $row2)))
    (local.set $low3 (v128.load align=8 (local.get $row3)))
    (local.set $high3 (v128.load offset=16 align=8 (local.get $row3)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $left) (local.get $end)))
        (local.set $low (v128.load (local.get $right)))
        (local.set $high (v128.load offset=16 (local.get $right)))
        (local.set $value (v128.load64_splat (local.get $left)))
        (local.set $low0 (f64x2.relaxed_nmadd (local.get $value) (local.get $low) (local.get $low0)))
        (local.set $high0 (f64x2.relaxed_nmadd (local.get $value) (local.get $high) (local.get $high0)))
        (local.set $value (v128.load64_splat offset=8 (local.get $left)))
        (local.set $low1 (f64x2.relaxed_nmadd (local.get $value) (local.get $low) (local.get $low1)))
        (local.set $high1 (f64x2.relaxed_nmadd (local.get $value) (local.get $high) (local.get $high1)))
        (local.set $value (v128.load64_splat offset=16 (local.get $left)))
        (local.set $low2 (f64x2.relaxed_nmadd (local.get $value) (local.get $low) (local.get $low2)))
        (local.set $high2 (f64x2.relaxed_nmadd (local.get $value) (local.get $high) (local.get $high2)))
        (local.set $value (v128.load64_splat offset=24 (local.get $left)))
        (local.set $low3 (f64x2.relaxed_nmadd (local.get $value) (local.get $low) (local.get $low3)))
        (local.set $high3 (f64x2.relaxed_nmadd (local.get $value) (local.get $high) (local.get $high3)))
        (local.set $left (i32.add (local.get $left) (i32.const 32)))
        (local.set $right (i32.add (local.get $right) (i32.const 32)))
        (br $next)))
    (v128.store align=8 (local.get $row0) (local.get $low0))
    (v128.store offset=16 align=8 (local.get $row0) (local.get $high0))
    (v128.store align=8 (local.get $row1) (local.get $low1))
    (v128.store offset=16 align=8 (local.get $row1) (local.get $high1))
    (v128.store align=8 (local.get $row2) (local.get $low2))
    (v128.store offset=16 align=8 (local.get $row2) (local.get $high2))
    (v128.store align=8 (local.get $row3) (local.get $low3))
    (v128.store offset=16 align=8 (local.get $row3) (local.get $high3)))
)
