(set-info :witan-title "The square of an odd number is odd")
(set-info :witan-asserts unsat)
(set-info :notes "proved")
(declare-const k Int)
; An odd number is 2k + 1. If its square were even, some m would be half of it.
(declare-const m Int)
(assert (= (* (+ (* 2 k) 1) (+ (* 2 k) 1)) (* 2 m)))
