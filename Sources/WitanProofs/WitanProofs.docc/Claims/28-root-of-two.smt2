(set-info :witan-title "Some number between one and two has the square two")
(set-info :witan-asserts sat)
(set-info :witan-witness "(define-fun x () Real 1.41421)")
(set-info :notes "proved")
(set-logic QF_NRA)
; No witness can be written down without roots, so the claim is about being close.
(declare-const x Real)
(assert (and (< 1.0 x) (< x 2.0)))
(assert (< (- 0.0001) (- (* x x) 2.0) 0.0001))
