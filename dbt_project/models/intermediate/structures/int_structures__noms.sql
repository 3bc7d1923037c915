with par_nom_proche as (
    select * from {{ ref('int_structures__par_nom_proche') }}
),

-- La structure se désigne par le premier de ses noms.
final as (
    select
        cle_nom,
        {{ dbt.hash('groupe') }} as structure_id
    from par_nom_proche
)

select * from final
