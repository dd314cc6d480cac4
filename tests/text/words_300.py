"""Common words as a dictionary divides them. Written before the rules were tried on them.

A word of which dictionaries give two divisions has the one that is usually said.
"""

DIVIDED = """
love heart night light dream dance time home eyes world soul road rain moon star fire hour our
through though thought bridge breath breathe dreamed laughed walked kissed loved changed asked
watched moves makes comes goes does shoes knives lives trees clothes strength scratched whole tongue
league queue aisle eye view juice fruit suit quite queen guess guard praise raised voice choice
noise house clouds blue true shoe

a-bout a-gain a-lone a-way an-gel an-y ap-ple bab-y bod-y bot-tle bro-ken can-dle dan-cing dark-ness
ev-ery e-ven eve-ning fall-ing fa-ther feel-ing fire-flies flow-er fol-low for-get friend-ship
gar-den go-ing guilt-y gui-tar heav-en hap-py hous-es hon-ey hun-gry i-ron is-land jea-lous jour-ney
lan-guage laugh-ter lit-tle li-on lone-ly love-ly man-y min-ute mir-ror mo-ment moth-er mu-sic
nev-er noth-ing o-cean o-pen o-ver pain-ful pa-tient peo-ple per-fect pic-ture pleas-ure po-em po-et
prom-ise qui-et rain-bow re-act riv-er ro-ses ru-in safe-ty sci-ence se-cret shad-ow shoul-der
si-lence sim-ple some-one some-thing some-times stran-ger strug-gled sum-mer sun-shine ta-ble
tell-ing thou-sand to-day trou-ble try-ing twen-ty un-til ug-ly val-ley vi-sion wait-ed want-ed
wa-ter whis-per win-dow with-out wo-man won-der world-wide writ-ten year-ning your-self be-ing
chang-es cre-ate e-nough fi-nal gi-ant fu-el hun-dred jew-el kind-ness lis-ten na-ked na-tion need-ed
busi-ness or-ange play-er pow-er rea-son re-gion rhy-thm roy-al sa-cred spe-cial sta-tion tow-el wick-ed

an-oth-er an-y-one beau-ti-ful be-gin-ning be-liev-ing but-ter-fly cel-e-brate
cer-tain-ly choc-o-late cu-ri-ous dan-ger-ous di-a-mond dis-ap-pear e-lec-tric el-e-phant e-mo-tion
en-e-my ev-ery-thing ex-cit-ed fam-i-ly fan-ta-sy fa-vor-ite for-ev-er gen-tle-man glo-ri-ous
hap-pi-ness hol-i-day i-de-a im-ag-ine lon-li-er lul-la-by mag-i-cal mel-o-dy mem-o-ry mid-sum-mer
mu-se-um mu-si-cian of-fi-cial nat-u-ral cou-ra-geous o-pin-ion par-a-dise pas-sen-ger pi-an-o po-lice-man
po-ta-to pow-er-ful pre-vi-ous prob-a-bly ra-di-o re-al-ize re-li-gion re-mem-ber ro-man-tic
sep-a-rate se-ri-ous skel-e-ton so-lu-tion sud-den-ly te-le-phone to-geth-er to-mor-row un-der-stand
vi-o-lence vi-o-lin vol-ca-no won-der-ful yes-ter-day val-en-tine

A-mer-i-ca con-ver-sa-tion ev-ery-bod-y ex-pe-ri-ence gen-er-a-tion in-de-pend-ent in-vis-i-ble
Jan-u-ar-y mys-te-ri-ous nec-es-sar-y o-be-di-ent or-di-nar-y par-tic-u-lar rev-o-lu-tion sit-u-a-tion
so-ci-e-ty spir-i-tu-al un-for-giv-en vic-to-ri-ous wa-ter-mel-on hal-le-lu-jah

cu-ri-os-i-ty e-lec-tric-i-ty im-ag-i-na-tion e-ven-tu-al-ly op-por-tu-ni-ty per-son-al-i-ty pos-si-bil-i-ty
u-ni-ver-si-ty
"""
