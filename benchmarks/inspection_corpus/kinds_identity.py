"""Identity numbers: which are told by their form alone, and the words that people put beside the others."""

from __future__ import annotations

from random import Random

from benchmarks.inspection_corpus import ids_europe as europe
from benchmarks.inspection_corpus import ids_world as world
from benchmarks.inspection_corpus.checksums import draw
from benchmarks.inspection_corpus.model import Kind, Maker

CLASS = "government_id"


def _kind(name: str, make: Maker, *labels: str, plain: bool = True, may: frozenset[str] = frozenset()) -> Kind:
    return Kind(name=name, data_class=CLASS, make=make, labels=labels, plain=plain, may=may)


def _bare(make: Maker) -> Maker:
    """Returns a maker of the same numbers without separators."""
    return lambda random: "".join(c for c in make(random) if c.isalnum())


def _passport(random: Random) -> str:
    return random.choice(
        (
            draw(random, 9),
            f"{draw(random, 1, 'ABCDEXYZ')}{draw(random, 8)}",
            f"{draw(random, 2, 'ABCDEKPR')}{draw(random, 7)}",
        )
    )


def _licence(random: Random) -> str:
    return random.choice(
        (
            f"{draw(random, 1, 'ABCDEFGHS')}{draw(random, 7)}",
            f"{draw(random, 1, 'ABCDEFGHS')}{draw(random, 3)}-{draw(random, 4)}-{draw(random, 4)}",
            draw(random, 9),
        )
    )


_KVNR_LIKE = frozenset({"phi"})

KINDS = (
    _kind("us_ssn", world.us_ssn, "SSN", "social security number"),
    _kind("us_ssn_plain", _bare(world.us_ssn), "SSN", "social security number", plain=False),
    _kind("us_itin", world.us_itin, "ITIN"),
    _kind("ca_sin", world.ca_sin, "SIN", "social insurance number", plain=False),
    _kind("gb_nino", europe.gb_nino, "NINO", "national insurance number"),
    _kind("gb_utr", europe.gb_utr, "UTR", "unique taxpayer reference", plain=False),
    _kind("gb_licence", europe.gb_licence, "driving licence number"),
    _kind("de_idnr", europe.de_idnr, "Steuer-ID", "Steueridentifikationsnummer", plain=False),
    _kind("de_card", europe.de_card, "Personalausweisnummer", "Ausweisnummer", plain=False),
    _kind("de_rvnr", europe.de_rvnr, "Rentenversicherungsnummer"),
    _kind("fr_nir", europe.fr_nir, "numéro de sécurité sociale", "NIR"),
    _kind("it_codicefiscale", europe.it_codicefiscale, "codice fiscale"),
    _kind("es_dni", europe.es_dni, "DNI"),
    _kind("es_nie", europe.es_nie, "NIE"),
    _kind("nl_bsn", europe.nl_bsn, "BSN", "burgerservicenummer", plain=False),
    _kind("be_nn", europe.be_nn, "rijksregisternummer", "numéro national", plain=False),
    _kind("pl_pesel", europe.pl_pesel, "PESEL", plain=False),
    _kind("se_personnummer", europe.se_personnummer, "personnummer"),
    _kind("no_fodselsnummer", europe.no_fodselsnummer, "fødselsnummer"),
    _kind("fi_hetu", europe.fi_hetu, "henkilötunnus"),
    _kind("dk_cpr", europe.dk_cpr, "CPR", "CPR-nummer"),
    _kind("pt_nif", europe.pt_nif, "NIF", "número de contribuinte", plain=False),
    _kind("ch_ssn", europe.ch_ssn, "AHV-Nummer"),
    _kind("at_vnr", europe.at_vnr, "Sozialversicherungsnummer", "SVNR"),
    _kind("ie_pps", europe.ie_pps, "PPS number", "PPSN"),
    _kind("cz_rc", europe.cz_rc, "rodné číslo"),
    _kind("ro_cnp", europe.ro_cnp, "CNP"),
    _kind("bg_egn", europe.bg_egn, "ЕГН", "EGN", plain=False),
    _kind("hr_oib", europe.hr_oib, "OIB", plain=False),
    _kind("gr_amka", europe.gr_amka, "AMKA", "\u0391\u039c\u039a\u0391", plain=False),
    _kind("ee_ik", europe.ee_ik, "isikukood", "asmens kodas", plain=False),
    _kind("is_kennitala", europe.is_kennitala, "kennitala"),
    _kind("tr_tckimlik", europe.tr_tckimlik, "TC kimlik no", plain=False),
    _kind("ru_snils", europe.ru_snils, "СНИЛС", "SNILS"),
    _kind("ua_rntrc", europe.ua_rntrc, "РНОКПП", plain=False),
    _kind("mrz", europe.mrz, "passport MRZ"),
    _kind("passport", _passport, "passport number", "Reisepassnummer", "numéro de passeport", plain=False),
    _kind("driving_licence", _licence, "driver's license", "drivers license number", plain=False),
    _kind("br_cpf", world.br_cpf, "CPF"),
    _kind("br_cpf_plain", _bare(world.br_cpf), "CPF", plain=False),
    _kind("br_cnpj", world.br_cnpj, "CNPJ"),
    _kind("mx_curp", world.mx_curp, "CURP"),
    _kind("ar_cuit", world.ar_cuit, "CUIT", "CUIL"),
    _kind("cl_rut", world.cl_rut, "RUT"),
    _kind("in_aadhaar", world.in_aadhaar, "Aadhaar number"),
    _kind("in_aadhaar_plain", _bare(world.in_aadhaar), "Aadhaar", plain=False),
    _kind("in_pan", world.in_pan, "PAN card", "permanent account number"),
    _kind("cn_ric", world.cn_ric, "身份证号码"),
    _kind("kr_rrn", world.kr_rrn, "주민등록번호"),
    _kind("jp_in", world.jp_in, "マイナンバー", "My Number", plain=False),
    _kind("sg_nric", world.sg_nric, "NRIC"),
    _kind("hk_id", world.hk_id, "HKID"),
    _kind("tw_id", world.tw_id, "身分證字號", plain=False),
    _kind("za_idnr", world.za_idnr, "ID number"),
    _kind("au_tfn", world.au_tfn, "TFN", "tax file number", plain=False),
    _kind("au_medicare", world.au_medicare, "Medicare number", may=_KVNR_LIKE),
    _kind("nz_ird", world.nz_ird, "IRD number", plain=False),
    _kind("il_idnr", world.il_idnr, "תעודת זהות", "Teudat Zehut", plain=False),
    _kind("my_nric", world.my_nric, "MyKad"),
    _kind("th_pin", world.th_pin, "เลขประจำตัวประชาชน"),
    _kind("ae_id", world.ae_id, "Emirates ID"),
    _kind("do_cedula", world.do_cedula, "cédula"),
    _kind("pk_cnic", world.pk_cnic, "CNIC"),
)
